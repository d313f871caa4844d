/* All that is wrong with a widget; a click goes to the place. */
import { ChevronDown, ChevronUp } from 'lucide-react';
import { useId, useState } from 'react';
import type { Mark, TextName } from '../workshop-api';

const NAMES: Record<TextName, string> = { template: 'Template', schema: 'Schema', data: 'Data' };

export function ProblemList({ marks, jump }: { marks: Mark[]; jump(mark: Mark): void }) {
  const problems = marks.filter(({ notice }) => !notice).length;
  /** On a narrow page, where the first one stands on one line until all are asked for. */
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const Chevron = isOpen ? ChevronDown : ChevronUp;
  return (
    <section className="ws-found" aria-label="Check">
      <p role="status">{summary(problems, marks.length - problems)}</p>
      {marks.length > 0 && (
        <button
          type="button"
          className="ws-small ws-all"
          aria-expanded={isOpen}
          aria-controls={id}
          aria-label="All problems"
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={16} aria-hidden />
        </button>
      )}
      {marks.length > 0 && (
        <ul id={id} aria-label="Problems" data-open={isOpen ? '' : undefined}>
          {marks.map((mark) => (
            <li key={`${mark.text} ${mark.line} ${mark.column} ${mark.message}`}>
              <button
                type="button"
                className="ws-problem"
                data-notice={mark.notice ? '' : undefined}
                disabled={mark.text === null}
                onClick={() => jump(mark)}
              >
                {mark.text && (
                  <span className="ws-place">
                    {NAMES[mark.text]} {mark.line}:{mark.column}
                  </span>
                )}
                <span>{mark.message}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function summary(problems: number, notices: number): string {
  const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const parts = [problems && counted(problems, 'problem'), notices && counted(notices, 'notice')];
  return parts.filter(Boolean).join(', ') || 'No problems';
}
