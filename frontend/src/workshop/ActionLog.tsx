/* What the widget has fired: its payload, and what the server answers where it is sent there. */
import { useState } from 'react';
import type { ActionConfig } from '../protocol/types';
import type { ReceivedEvent } from './use-send-action';
import type { ActionTarget } from './workshop-api';

export type FiredAction = { at: number; action: ActionConfig };
type Answer = { events: ReceivedEvent[]; failure: string; going: boolean };
type Send = (
  agent: ActionTarget,
  action: ActionConfig,
  onEvent: (events: ReceivedEvent) => void,
) => Promise<void>;

const SENT: Answer = { events: [], failure: '', going: true };

export function ActionLog({ log, agents, send }: { log: FiredAction[]; agents: ActionTarget[]; send: Send }) {
  const [chosen, setChosen] = useState('');
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
      </header>
      {log.length === 0 && (
        <p>Click something in the widget: what it sends stands here, and can be sent to the agent.</p>
      )}
      <ol>
        {log.map(({ at, action }) => (
          <FiredAction key={at} action={action} agent={agent} send={send} />
        ))}
      </ol>
    </section>
  );
}

function FiredAction({
  action,
  agent,
  send,
}: {
  action: ActionConfig;
  agent: ActionTarget | undefined;
  send: Send;
}) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const forPage = action.handler === 'client';
  const start = async () => {
    if (!agent) return;
    setAnswer(SENT);
    const change = (more: (before: Answer) => Partial<Answer>) =>
      setAnswer((before) => ({ ...SENT, ...before, ...more(before ?? SENT) }));
    try {
      await send(agent, action, (events) => change((before) => ({ events: [...before.events, events] })));
    } catch (problem) {
      change(() => ({ failure: (problem as Error).message }));
    }
    change(() => ({ going: false }));
  };
  return (
    <li>
      <div className="ws-action">
        <span>
          <strong>{action.type}</strong> to the {forPage ? 'page' : 'server'}
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
      <pre>{JSON.stringify(action.payload ?? null, null, 2)}</pre>
      {answer && <Answered {...answer} />}
    </li>
  );
}

/** The events in order, each folded up until it is opened; what went wrong in sentences. */
const Answered = ({ events, failure, going }: Answer) => (
  <div className="ws-answer" role="status" aria-busy={going}>
    {events.map((event, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever added
      <details key={at}>
        <summary>{event.type === 'updated_item' ? 'updated_item, at once' : event.type}</summary>
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
    {!going && !failure && events.length === 0 && <p>The agent answered nothing.</p>}
  </div>
);
