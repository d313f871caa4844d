/* The live widget at a width that is dragged, and what its actions would have sent. */
import { useCallback, useRef, useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import { Widget } from './Widget';

const NARROWEST = 320;
const WIDEST = 800;
const KEPT = 20;

type Fired = { at: number; action: ActionConfig };

export function Stage({ tree, stale }: { tree: unknown; stale: boolean }) {
  const [width, setWidth] = useState(WIDEST);
  const [fired, setFired] = useState<Fired[]>([]);
  const [failures, setFailures] = useState<string[]>([]);
  const count = useRef(0);
  const run = useCallback(async (action: ActionConfig) => {
    count.current += 1;
    const at = count.current;
    setFired((before) => [{ at, action }, ...before].slice(0, KEPT));
  }, []);
  const fail = useCallback(
    (message: string) => setFailures((before) => (before.includes(message) ? before : [...before, message])),
    [],
  );

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
      <section
        aria-label="Widget"
        className="ws-stage"
        data-stale={stale ? '' : undefined}
        style={{ maxWidth: width === WIDEST ? undefined : width }}
      >
        {tree ? <Widget tree={tree} run={run} fail={fail} /> : null}
      </section>
      <section className="ws-fired" aria-label="Actions">
        <h2>Actions</h2>
        {fired.length === 0 && <p>Click something in the widget: what it would send stands here.</p>}
        <ol>
          {fired.map(({ at, action }) => (
            <li key={at}>
              <strong>{action.type}</strong> to the {action.handler === 'client' ? 'page' : 'server'}
              <pre>{JSON.stringify(action.payload ?? null, null, 2)}</pre>
            </li>
          ))}
        </ol>
        {failures.map((message) => (
          <p key={message} className="ws-failure">
            {message}
          </p>
        ))}
      </section>
    </>
  );
}
