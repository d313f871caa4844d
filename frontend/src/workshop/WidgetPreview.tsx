/* The live widget at a width that is dragged, and what its actions send. */
import { useCallback, useRef, useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import { ActionLog, type FiredAction } from './ActionLog';
import { RenderedWidget } from './RenderedWidget';
import { useActionTargets, useSendAction } from './use-send-action';
import type { WidgetDraft } from './workshop-api';

const NARROWEST = 320;
const WIDEST = 800;
const KEPT = 20;

type Props = { name: string; draft: WidgetDraft; tree: unknown; stale: boolean };

export function WidgetPreview({ name, draft, tree, stale }: Props) {
  const [width, setWidth] = useState(WIDEST);
  const [log, setLog] = useState<FiredAction[]>([]);
  const [failures, setFailures] = useState<string[]>([]);
  const count = useRef(0);
  const run = useCallback(async (action: ActionConfig) => {
    count.current += 1;
    const at = count.current;
    setLog((before) => [{ at, action }, ...before].slice(0, KEPT));
  }, []);
  const fail = useCallback(
    (message: string) => setFailures((before) => (before.includes(message) ? before : [...before, message])),
    [],
  );
  const agents = useActionTargets(fail);
  const { send, changed, reset } = useSendAction(name, draft, tree);

  return (
    <>
      <label className="ws-width">
        Width
        <input
          type="range"
          min={NARROWEST}
          max={WIDEST}
          step={10}
          value={width}
          onChange={(event) => setWidth(Number(event.target.value))}
        />
        <output>{width === WIDEST ? 'full' : `${width} px`}</output>
      </label>
      {changed && (
        <div className="ws-notice" role="status">
          This is the widget as the server has it.
          <button type="button" className="ws-button" onClick={reset}>
            Back to the draft
          </button>
        </div>
      )}
      <section
        aria-label="Widget"
        className="ws-preview"
        data-stale={stale ? '' : undefined}
        style={{ maxWidth: width === WIDEST ? undefined : width }}
      >
        {tree ? <RenderedWidget tree={changed ?? tree} run={run} fail={fail} /> : null}
      </section>
      {failures.map((message) => (
        <p key={message} className="ws-failure">
          {message}
        </p>
      ))}
      <ActionLog log={log} agents={agents} send={send} />
    </>
  );
}
