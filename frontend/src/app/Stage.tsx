import { useCallback, useState } from 'react';
import { AgentChat } from './AgentChat';
import type { Surroundings } from './Chat';
import { HostedChat } from './HostedChat';
import { Linked } from './Linked';
import { NoticeBar } from './Notices';
import { Loading, PageState } from './PageState';
import type { Target } from './share-link';
import type { Connection } from './use-connection';
import { chooseElement, type ElementState } from './use-element';
import { WayOut } from './WayOut';

type Props = Omit<Surroundings, 'element' | 'onStuck'> & {
  connection: Connection | null;
  /** Why the agents of the server are not known. */
  trouble: string | null;
  onRetry: () => void;
  element: ElementState;
  domainKey: string;
  onHome: (() => void) | null;
};

/** The chat of the connection, or what keeps it from being there. */
export function Stage(props: Props) {
  return (
    <>
      {props.connection?.kind === 'workflow' && <WayOut />}
      <Scene {...props} />
    </>
  );
}

function Scene({ connection, trouble, onRetry, element, domainKey, onHome, ...around }: Props) {
  const [stuck, setStuck] = useState<string | null>(null);
  const onStuck = useCallback((sentence: string) => setStuck(sentence), []);

  if (connection?.kind === 'missing') return <Missing target={connection.target} onHome={onHome} />;
  if (element.trouble) return <NoElement trouble={element.trouble} connection={connection} onHome={onHome} />;
  if (trouble && connection?.kind !== 'workflow') {
    return (
      <PageState isAlert title="The chat could not be opened">
        <p>{trouble}</p>
        <button type="button" className="button" onClick={onRetry}>
          Try again
        </button>
      </PageState>
    );
  }
  if (!connection || !element.element) return <Loading what="Loading…" />;

  const isReplaceable = element.element.source !== 'built-in' && connection.kind === 'agent';
  const shared = { ...around, element: element.element, onStuck };
  return (
    <>
      {element.element.reason && (
        <p className="stage-note">The built-in element is in use. {element.element.reason}</p>
      )}
      {stuck && (
        <NoticeBar
          notice={{
            text: stuck,
            isTrouble: true,
            ...(isReplaceable && {
              action: { name: 'Use the built-in element', run: () => chooseElement('built-in') },
            }),
          }}
          onClose={() => setStuck(null)}
        />
      )}
      {connection.kind === 'agent' ? (
        <AgentChat key={connection.agent.id} agent={connection.agent} domainKey={domainKey} {...shared} />
      ) : (
        <HostedChat key={connection.workflow.id} workflow={connection.workflow} {...shared} />
      )}
    </>
  );
}

type NoElementProps = { trouble: string; connection: Connection | null; onHome: (() => void) | null };

function NoElement({ trouble, connection, onHome }: NoElementProps) {
  const isHosted = connection?.kind === 'workflow';
  return (
    <PageState isAlert title="The chat element could not be loaded">
      <p>
        <Linked text={trouble} />
      </p>
      {isHosted && <p>Workflows hosted by OpenAI work with OpenAI’s own element only.</p>}
      <div className="form-actions">
        <button type="button" className="button" onClick={() => location.reload()}>
          Try again
        </button>
        {isHosted && onHome && (
          <button type="button" className="button" onClick={onHome}>
            Open the default agent
          </button>
        )}
        {!isHosted && (
          <button type="button" className="button primary" onClick={() => chooseElement('built-in')}>
            Use the built-in element
          </button>
        )}
      </div>
    </PageState>
  );
}

function Missing({ target, onHome }: { target: Target; onHome: (() => void) | null }) {
  return (
    <PageState isAlert title={target.kind === 'agent' ? 'No such agent' : 'Not a workflow id'}>
      <p>
        {target.kind === 'agent'
          ? `This server has no agent “${target.id}”. The link may be of another server, or older than its settings.`
          : `“${target.id}” in the address is not the id of a workflow: such an id begins with wf_.`}
      </p>
      {onHome && (
        <button type="button" className="button" onClick={onHome}>
          Open the default agent
        </button>
      )}
    </PageState>
  );
}
