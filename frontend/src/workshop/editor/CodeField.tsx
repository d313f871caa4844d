/* A text with its name above it: a plain field until CodeMirror is there, and if it does not come at all. */
import { Component, lazy, type ReactNode, Suspense, useId, useRef, useState } from 'react';
import type { CodeEditorProps, CodeHandle } from './code-props';

const CodeEditor = lazy(() => import('./CodeEditor'));

export function CodeField({
  reportError,
  ...props
}: CodeEditorProps & { reportError(problem: unknown): void }) {
  const { label, name } = props;
  const handle = useRef<CodeHandle | null>(null);
  const [canFormat, setCanFormat] = useState(false);
  const keep = (made: CodeHandle | null) => {
    handle.current = made;
    setCanFormat(made !== null);
    props.handle(made);
  };
  const format = () => {
    if (handle.current?.format() === false)
      reportError(new Error(`The ${name} cannot be laid out: its brackets and quotes do not match yet.`));
  };
  const plain = <PlainField {...props} />;
  return (
    <div className="ws-field" data-text={name}>
      <div className="ws-field-head">
        <h2>{label}</h2>
        <button
          type="button"
          className="ws-small"
          aria-label={`Format ${label.toLowerCase()}`}
          title="Shift-Alt-F"
          disabled={!canFormat}
          onClick={format}
        >
          Format
        </button>
      </div>
      <Fallback plain={plain}>
        <Suspense fallback={plain}>
          <CodeEditor {...props} handle={keep} />
        </Suspense>
      </Fallback>
    </div>
  );
}

function PlainField({ label, value, type }: CodeEditorProps) {
  const id = useId();
  return (
    <textarea
      id={id}
      aria-label={label}
      spellCheck={false}
      value={value}
      onChange={(event) => type(event.target.value)}
    />
  );
}

class Fallback extends Component<{ plain: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override render = () => (this.state.failed ? this.props.plain : this.props.children);
}
