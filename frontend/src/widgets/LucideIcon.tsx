import { shelves } from 'virtual:lucide';
import { Icon, type IconNode, type LucideProps } from 'lucide-react';
import { type ReactNode, use } from 'react';
import { named } from './read-props';

type Shelf = Record<string, IconNode>;
const asked = new Map<string, Promise<Shelf>>();

function shelfOf(letter: string): Promise<Shelf> {
  const known = asked.get(letter);
  if (known) return known;
  const load = named(shelves, letter);
  // An icon that cannot be had leaves its place empty; the rest of the widget does not suffer for it.
  const shelf: Promise<Shelf> = load
    ? load().then(
        (module) => module.default,
        () => ({}),
      )
    : Promise.resolve({});
  asked.set(letter, shelf);
  return shelf;
}

type Props = Omit<LucideProps, 'name'> & { name: string; otherwise?: ReactNode };

/** Any icon of lucide by its kebab-case name; `otherwise` for a name that lucide does not have. */
export function LucideIcon({ name, otherwise = null, ...props }: Props) {
  const node = named(use(shelfOf(name.charAt(0))), name);
  return node ? <Icon iconNode={node} {...props} aria-hidden data-icon={`lucide:${name}`} /> : otherwise;
}
