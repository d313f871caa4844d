/* What the widget has fired: its payload, where it goes, and what came back where it was sent there. */
import { useEffect, useRef, useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import type { ReceivedEvent } from './use-send-action';
import type { ActionTarget } from './workshop-api';

export type FiredAction = { at: number; time: Date; action: ActionConfig };
/** from: the agent. took: milliseconds. */
type Answer = { events: ReceivedEvent[]; failure: string; going: boolean; from: string; took: number };
type Send = (
  agent: ActionTarget,
  action: ActionConfig,
  onEvent: (events: ReceivedEvent) => void,
) => Promise<void>;

const SENT: Answer = { events: [], failure: '', going: true, from: '', took: 0 };

export function ActionLog({
  log,
  clear,
  agents,
  send,
}: {
  log: FiredAction[];
  clear(): void;
  agents: ActionTarget[];
  send: Send;
}) {
  const [chosen, setChosen] = useState('');
  const [atOnce, setAtOnce] = useState(false);
  const agent = agents.find(({ id }) => id === chosen) ?? agents[0];
  return (
    <section className="ws-actions" aria-label="Actions">
      <header>
        <h2>Actions</h2>
        <label>
          Agent
          <select value={agent?.id} onChange={(event) => setChosen(event.target.value)}>
            {agents.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={atOnce} onChange={(event) => setAtOnce(event.target.checked)} />{' '}
          Send at once
        </label>
        {log.length > 0 && (
          <button type="button" className="ws-quiet" onClick={clear}>
            Clear
          </button>
        )}
      </header>
      {log.length === 0 && (
        <p>
          Click something in the widget: what it sends stands here, and what the agent answers. An action is
          sent to the agent when you say so.
        </p>
      )}
      <ol>
        {log.map((fired) => (
          <FiredAction key={fired.at} fired={fired} agent={agent} send={send} atOnce={atOnce} />
        ))}
      </ol>
    </section>
  );
}

function FiredAction({
  fired: { action, time },
  agent,
  send,
  atOnce,
}: {
  fired: FiredAction;
  agent: ActionTarget | undefined;
  send: Send;
  atOnce: boolean;
}) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const forPage = action.handler === 'client';
  const start = async () => {
    if (!agent) return;
    const began = performance.now();
    const change = (more: (before: Answer) => Partial<Answer>) =>
      setAnswer((before) => ({ ...SENT, ...before, ...more(before ?? SENT) }));
    setAnswer({ ...SENT, from: agent.name });
    try {
      await send(agent, action, (events) => change((before) => ({ events: [...before.events, events] })));
    } catch (problem) {
      change(() => ({ failure: (problem as Error).message }));
    }
    change(() => ({ going: false, took: performance.now() - began }));
  };
  // Whether it is sent is decided when it is fired, not when the box is ticked later.
  const first = useRef(atOnce && !forPage ? start : null);
  useEffect(() => {
    const sending = first.current;
    first.current = null;
    void sending?.();
  }, []);
  return (
    <li>
      <div className="ws-action">
        <span>
          <strong>{action.type}</strong> to the {forPage ? 'page' : 'server'}{' '}
          <time dateTime={time.toISOString()}>{time.toLocaleTimeString('en-GB')}</time>
        </span>
        {!forPage && (
          <button
            type="button"
            className="ws-button"
            disabled={!agent || answer?.going}
            onClick={() => void start()}
          >
            {answer ? 'Send again' : 'Send'}
          </button>
        )}
      </div>
      <p className="ws-way">
        {forPage
          ? 'The page around the chat gets it in widgets.onAction. No request is made.'
          : `The request is ${action.streaming === false ? 'threads.sync_custom_action, answered at once' : 'threads.custom_action, answered by a stream'}.`}
      </p>
      <pre>{JSON.stringify(action.payload ?? null, null, 2)}</pre>
      {answer && <Answered {...answer} />}
    </li>
  );
}

/** The events in order, each folded up until it is opened; what went wrong in sentences. */
const Answered = ({ events, failure, going, from, took }: Answer) => (
  <div className="ws-answer" role="status" aria-busy={going}>
    <p className="ws-way">
      {going
        ? `Sent to ${from}. Waiting for its answer.`
        : `${from} answered with ${events.length} ${events.length === 1 ? 'event' : 'events'} in ${Math.round(took)} ms.`}
    </p>
    {events.map((event, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever added
      <details key={at}>
        <summary>
          <span>{event.type === 'updated_item' ? 'updated_item, at once' : event.type}</span>
          <small>{inWords(event)}</small>
        </summary>
        <pre>{JSON.stringify(event, null, 2)}</pre>
      </details>
    ))}
    {[...events.flatMap((event) => (event.type === 'error' ? (event.message ?? 'It failed.') : [])), failure]
      .filter(Boolean)
      .map((sentence) => (
        <p key={sentence} className="ws-failure">
          {sentence}
        </p>
      ))}
  </div>
);

/** What an event brings, where that can be said in a few words. */
function inWords(event: ReceivedEvent): string {
  if (event.type === 'updated_item') return event.item ? 'the widget, changed' : 'nothing changed';
  if (event.type === 'client_effect') return event.name;
  if (event.type === 'thread.item.updated') return event.update.type;
  if (event.type !== 'thread.item.added' && event.type !== 'thread.item.done') return '';
  const { item } = event;
  if (item.type !== 'assistant_message') return item.type.replaceAll('_', ' ');
  const text = item.content.map((part) => part.text).join(' ');
  return `message: ${text.length > 60 ? `${text.slice(0, 60)}...` : text}`;
}
