import { type FormEvent, type KeyboardEvent, useId, useState } from 'react';
import { useAppText } from '../language/app-language';
import { type ApiKey, type KeyProblem, keyProblem, storeApiKey } from './api-key';

type Props = { current: ApiKey; submit?: string; onDone?: () => void };

/** The one place where a key is typed. It has no name, so no form data and no address ever holds it. */
export function ApiKeyForm({ current, submit, onDone }: Props) {
  const { apiKey: text, hosted } = useAppText();
  const [key, setKey] = useState('');
  const [remembered, setRemembered] = useState(current?.remembered ?? false);
  const [problem, setProblem] = useState<KeyProblem | null>(null);
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
      <label htmlFor={id}>{text.label}</label>
      <input
        id={id}
        className="input"
        type="password"
        value={key}
        dir="ltr"
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
          {text[problem]}
        </p>
      )}
      <label className="check">
        <input type="checkbox" checked={remembered} onChange={(event) => onRemember(event.target.checked)} />
        {text.remember}
      </label>
      <p className="form-hint" id={`${id}-about`}>
        {remembered ? text.onDeviceAbout : text.inTabAbout} {text.sent}
      </p>
      <div className="form-actions">
        <button type="submit" className="button small primary">
          {submit ?? text.use}
        </button>
        {onDone && (
          <button type="button" className="button small" onClick={onDone}>
            {hosted.cancel}
          </button>
        )}
      </div>
    </form>
  );
}
