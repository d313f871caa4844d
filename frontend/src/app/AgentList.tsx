import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { AgentMark } from './AgentMark';
import type { Agent } from './agents';
import { useAppText } from './language/app-language';
import { addressOf, isSame, type Target } from './share-link';

type Props = {
  agents: Agent[];
  active: Target | null;
  onChoose: (target: Target) => void;
  /** Set when they could not be loaded. */
  onRetry: (() => void) | null;
};

/** As many as leave room for the chats. */
const FEW = 5;

export function AgentList({ agents, active, onChoose, onRetry }: Props) {
  const { sidebar, page } = useAppText();
  const [isWhole, setWhole] = useState(false);
  const isFew = agents.length <= FEW + 1;
  const displayed = isWhole || isFew ? agents : fewOf(agents, active);
  return (
    <nav aria-label={sidebar.agents} className="agents">
      <h2>{sidebar.agents}</h2>
      {onRetry && (
        <p className="list-empty">
          {sidebar.agentsFailed}{' '}
          <button type="button" className="text-button" onClick={onRetry}>
            {page.tryAgain}
          </button>
        </p>
      )}
      <ul>
        {!agents.length && !onRetry && <li className="agent-to-come" aria-hidden />}
        {displayed.map((agent) => (
          <AgentRow key={agent.id} agent={agent} active={active} onChoose={onChoose} />
        ))}
      </ul>
      {!isFew && !isWhole && (
        <button type="button" className="text-button list-more" onClick={() => setWhole(true)}>
          <ChevronDown size={14} aria-hidden />
          {sidebar.allAgents}
        </button>
      )}
    </nav>
  );
}

/** The first ones, and the one that is open. */
function fewOf(agents: Agent[], active: Target | null): Agent[] {
  return agents.filter((agent, at) => at < FEW || isSame({ kind: 'agent', id: agent.id }, active));
}

type RowProps = { agent: Agent; active: Target | null; onChoose: (target: Target) => void };

/** A link, so that it can be copied, bookmarked and opened in another tab. */
function AgentRow({ agent: { id, name, description }, active, onChoose }: RowProps) {
  const target: Target = { kind: 'agent', id };
  const isActive = isSame(target, active);
  return (
    <li className="agent" data-active={isActive || undefined}>
      <a
        href={addressOf(target)}
        aria-current={isActive ? 'page' : undefined}
        title={description || id}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          onChoose(target);
        }}
      >
        <AgentMark id={id} name={name} />
        <bdi className="agent-name">{name}</bdi>
      </a>
    </li>
  );
}
