import type { Agent } from './agents';
import type { Target } from './share-link';
import type { ListedThread } from './threads/history-api';
import type { Threads } from './threads/use-threads';
import type { SchemeChoice } from './use-scheme';

/** Of the settings panel, which its buttons name. */
export const SETTINGS_ID = 'settings';

export type SidebarProps = {
  agents: Agent[];
  /** Of a server that gave none: asks it again. */
  onRetry: (() => void) | null;
  /** The one whose threads are listed; null for a hosted workflow. */
  agent: Agent | null;
  active: Target | null;
  threads: Threads;
  thread: string | null;
  onChoose: (target: Target) => void;
  /** itemId: the message to go to. */
  onOpen: (threadId: string | null, itemId?: string | null) => void;
  onDelete: (thread: ListedThread) => void;
  onImport: () => void;
  scheme: SchemeChoice;
  onNextScheme: () => void;
  isSettings: boolean;
  onSettings: () => void;
  /** On a wide page it collapses to a rail; on a narrow one it is a drawer that closes. */
  fold:
    | { kind: 'rail'; isCollapsed: boolean; onToggle: () => void }
    | { kind: 'drawer'; onClose: () => void };
};
