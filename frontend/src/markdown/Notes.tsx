import { createContext, type MouseEvent, type ReactNode, useContext } from 'react';
import { useText } from '../language/language';
import type { Definitions } from './definitions';

type Numbered = Pick<Definitions, 'notes' | 'numbers'> & {
  /** Begins the ids of the notes, which are this message's own. */
  scope: string;
};
export const NotesContext = createContext<Numbered>({ notes: new Map(), numbers: new Map(), scope: '' });

/** The number of a note, in the text. */
export function NoteReference({ label }: { label?: string }) {
  const { notes, numbers, scope } = useContext(NotesContext);
  const { message } = useText();
  const number = numbers.get(label ?? '');
  if (!number) return null;
  const id = `${scope}-note-${number}`;
  return (
    <sup className="md-note" data-note={id}>
      {notes.has(label ?? '') ? (
        <a
          href={`#${id}`}
          aria-label={message.note(number)}
          onClick={(event) => goTo(event, `#${CSS.escape(id)}`)}
        >
          {number}
        </a>
      ) : (
        number
      )}
    </sup>
  );
}

/** `children`: draws the text of a note. */
export function Notes({ children }: { children: (text: string) => ReactNode }) {
  const { notes, numbers, scope } = useContext(NotesContext);
  const { message } = useText();
  const defined = [...numbers].filter(([label]) => notes.has(label));
  if (defined.length === 0) return null;
  return (
    <section className="md-notes" aria-label={message.notes}>
      <ol>
        {defined.map(([label, number]) => {
          const id = `${scope}-note-${number}`;
          return (
            <li key={label} id={id} value={number} tabIndex={-1}>
              {children(notes.get(label) ?? '')}
              <a
                className="md-note-back"
                href={`#${id}`}
                aria-label={message.backToText(number)}
                onClick={(event) => goTo(event, `[data-note="${CSS.escape(id)}"] a`)}
              >
                ↩
              </a>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

/** Within the frame: its address stays, and so does the history of the page around it. */
function goTo(event: MouseEvent<HTMLElement>, selector: string) {
  event.preventDefault();
  const target = event.currentTarget.closest('.md')?.querySelector<HTMLElement>(selector);
  target?.focus({ preventScroll: true });
  target?.scrollIntoView({ block: 'nearest' });
}
