import { useEffect, useRef, useState } from 'react';
import { Dialog } from './Dialog';

/** As the server has it for files. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}$/;

export function NameDialog({
  name,
  taken,
  rename,
  close,
}: {
  name: string;
  taken: ReadonlySet<string>;
  rename(to: string): void;
  close(): void;
}) {
  const [typed, setTyped] = useState(name);
  const field = useRef<HTMLInputElement>(null);
  // After the dialog has opened, which focuses its first button.
  useEffect(() => field.current?.select(), []);
  const [sent, setSent] = useState(false);
  const to = typed.trim();
  const wrong = whatIsWrong(to, name, taken);
  return (
    <Dialog title={`Rename ${name}`} close={close}>
      <form
        className="ws-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (wrong || sent) return;
          if (to === name) {
            close();
            return;
          }
          setSent(true);
          rename(to);
        }}
      >
        <label>
          Name
          <input
            className="ws-input"
            value={typed}
            ref={field}
            aria-describedby="ws-name-note"
            aria-invalid={!!wrong}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <p id="ws-name-note" className={wrong ? 'ws-failure' : undefined}>
          {wrong || (
            <>
              The agent loads it by this name: <code>widgets.load("{to}")</code>
            </>
          )}
        </p>
        <button type="submit" className="ws-button ws-main" disabled={!!wrong}>
          Rename
        </button>
      </form>
    </Dialog>
  );
}

function whatIsWrong(to: string, name: string, taken: ReadonlySet<string>): string {
  if (to !== name && taken.has(to)) return `There is a widget named ${to} already.`;
  if (NAME.test(to) && !to.includes('..')) return '';
  return 'A name begins with a letter or digit, and has letters, digits, spaces, dots, dashes and underscores only.';
}
