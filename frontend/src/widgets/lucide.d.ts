declare module 'virtual:lucide' {
  import type { IconNode } from 'lucide-react';

  /** For each first letter, the icons whose names begin with it. */
  export const shelves: Record<string, () => Promise<{ default: Record<string, IconNode> }>>;
}
