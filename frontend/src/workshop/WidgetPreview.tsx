/* The live widget: at a width that is dragged or that of a device, in each of its states, and what its actions send. */
import { useCallback, useRef, useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import { ActionLog, type FiredAction } from './ActionLog';
import { useAddress, type WidthName } from './address';
import { Choices } from './Choices';
import { SideBySide } from './preview/SideBySide';
import { useStates } from './preview/use-states';
import { WIDTHS } from './preview/widths';
import { RenderedWidget } from './RenderedWidget';
import { useActionTargets, useSendAction } from './use-send-action';
import type { WidgetDraft } from './workshop-api';

const NARROWEST = 320;
const WIDEST = 800;
const KEPT = 20;
const CHOICES: [WidthName, string][] = [
  ['fit', 'Fit'],
  ...WIDTHS.map(({ name, label }): [WidthName, string] => [name, label]),
  ['all', 'Side by side'],
];

type Props = { name: string; draft: WidgetDraft; tree: unknown; stale: boolean };

export function WidgetPreview({ name, draft, tree, stale }: Props) {
  const { address, amend } = useAddress();
  const [dragged, setDragged] = useState<number | null>(null);
  const [log, setLog] = useState<FiredAction[]>([]);
  const [failures, setFailures] = useState<string[]>([]);
  const count = useRef(0);
  const run = useCallback(async (action: ActionConfig) => {
    count.current += 1;
    const at = count.current;
    setLog((before) => [{ at, time: new Date(), action }, ...before].slice(0, KEPT));
  }, []);
  const fail = useCallback(
    (message: string) => setFailures((before) => (before.includes(message) ? before : [...before, message])),
    [],
  );
  const agents = useActionTargets(fail);
  const states = useStates(name, draft, tree, address.state);
  const { send, changed, reset } = useSendAction(name, { ...draft, data: states.data }, states.tree);
  const device = WIDTHS.find((one) => one.name === address.width);
  const width = dragged ?? device?.inner ?? WIDEST;
  const drawn = states.tree ? { tree: changed ?? states.tree, run, fail } : null;

  return (
    <>
      <div className="ws-view">
        <Choices
          label="Size"
          options={CHOICES}
          chosen={dragged === null ? address.width : null}
          choose={(one) => {
            setDragged(null);
            amend({ width: one });
          }}
        />
        {address.width !== 'all' && (
          <label className="ws-width">
            Width
            <input
              type="range"
              min={NARROWEST}
              max={WIDEST}
              step={2}
              value={width}
              onChange={(event) => setDragged(Number(event.target.value))}
            />
            <output>{width === WIDEST ? 'full' : `${width} px`}</output>
          </label>
        )}
        {states.labels.length > 1 && (
          <label className="ws-state">
            State
            <select value={states.chosen} onChange={(event) => amend({ state: Number(event.target.value) })}>
              {states.labels.map((label, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two states may be called the same
                <option key={at} value={at}>
                  {label}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {changed && (
        <div className="ws-notice" role="status">
          This is the widget as the server has it.
          <button type="button" className="ws-button" onClick={reset}>
            Back to the draft
          </button>
        </div>
      )}
      {address.width === 'all' ? (
        drawn && <SideBySide {...drawn} />
      ) : (
        <section
          aria-label="Widget"
          className="ws-preview"
          data-stale={stale ? '' : undefined}
          style={{ maxWidth: width === WIDEST ? undefined : width }}
        >
          {drawn && <RenderedWidget {...drawn} />}
        </section>
      )}
      {[states.problem, ...failures].filter(Boolean).map((message) => (
        <p key={message} className="ws-failure">
          {message}
        </p>
      ))}
      <ActionLog log={log} clear={() => setLog([])} agents={agents} send={send} />
    </>
  );
}
