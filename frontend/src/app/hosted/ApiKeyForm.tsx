import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { type ApiKey, keyProblem, storeApiKey } from './api-key';

type Props = { current: ApiKey; submit?: string; onDone?: () => void };

/** The one place where a key is typed. It has no name, so no form data and no address ever holds it. */
export function ApiKeyForm({ current, submit = 'Use this key', onDone }: Props) {
  const [key, setKey] = useState('');
  const [remembered, setRemembered] = useState(current?.remembered ?? false);
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const given = key.trim();
    const wrong = keyProblem(given);
    setProblem(wrong);
    if (wrong) return;
    storeApiKey(given, remembered);
    setKey('');
    onDone?.();
  };
  const onRemember = (wanted: boolean) => {
    setRemembered(wanted);
    // A key that is there stays or goes with the tick, without being typed again.
    if (current) storeApiKey(current.key, wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !onDone) return;
    event.preventDefault();
    onDone();
  };
  return (
    <form className="form" onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate autoComplete="off">
      <label htmlFor={id}>OpenAI API key</label>
      <input
        id={id}
        className="input"
        type="password"
        value={key}
        placeholder="sk-…"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: it is what one has just asked for, or what stands before the chat
        autoFocus={onDone !== undefined || matchMedia('(hover: hover)').matches}
        aria-invalid={problem !== null}
        aria-describedby={`${id}-about`}
        onChange={(event) => setKey(event.target.value)}
      />
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      <label className="check">
        <input type="checkbox" checked={remembered} onChange={(event) => onRemember(event.target.checked)} />
        Remember on this device
      </label>
      <p className="form-hint" id={`${id}-about`}>
        {remembered ? 'Kept in this browser until you forget it. ' : 'Kept for this tab only. '}
        It is sent to this server to make a session, and nowhere else.
      </p>
      <div className="form-actions">
        <button type="submit" className="button small primary">
          {submit}
        </button>
        {onDone && (
          <button type="button" className="button small" onClick={onDone}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
