import { type FormEvent, useId, useState } from 'react';
import { useAppText } from '../language/app-language';
import { addWorkflows, idIn, knownWorkflows } from './workflows';

type Props = { onAdded: (id: string) => void; onCancel: () => void };

export function AddWorkflow({ onAdded, onCancel }: Props) {
  const { hosted, fields } = useAppText();
  const [given, setGiven] = useState('');
  const [label, setLabel] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const workflow = idIn(given);
    if (!workflow) return setProblem(hosted.idProblem);
    if (knownWorkflows().some((known) => known.id === workflow)) {
      return setProblem(hosted.known);
    }
    addWorkflows([{ id: workflow, label }]);
    onAdded(workflow);
  };
  return (
    <form
      className="form boxed"
      aria-label={hosted.add}
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Else it would close the drawer around it, too.
        event.preventDefault();
        onCancel();
      }}
      noValidate
    >
      <label htmlFor={`${id}-id`}>{hosted.id}</label>
      <input
        id={`${id}-id`}
        className="input mono"
        value={given}
        dir="ltr"
        placeholder="wf_…"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the user has just asked for this form
        autoFocus
        aria-invalid={problem !== null}
        onChange={(event) => setGiven(event.target.value)}
      />
      {problem && (
        <p className="form-problem" role="alert">
          {problem}
        </p>
      )}
      <label htmlFor={`${id}-label`}>
        {fields.label} <span className="optional">{hosted.optional}</span>
      </label>
      <input
        id={`${id}-label`}
        className="input"
        value={label}
        placeholder={hosted.sampleLabel}
        maxLength={80}
        autoComplete="off"
        onChange={(event) => setLabel(event.target.value)}
      />
      <div className="form-actions">
        <button type="submit" className="button small primary">
          {hosted.submit}
        </button>
        <button type="button" className="button small" onClick={onCancel}>
          {hosted.cancel}
        </button>
      </div>
    </form>
  );
}
