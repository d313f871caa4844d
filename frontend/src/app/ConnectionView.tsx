import { useCallback, useState } from 'react';
import { AgentChat } from './AgentChat';
import type { ChatProps, ThreadLink } from './ChatKitView';
import { Diagnosis } from './Diagnosis';
import { chooseElement, type ElementState } from './element-loader/use-element';
import { HostedChat } from './hosted/HostedChat';
import { useAppText } from './language/app-language';
import { MigrationNotice } from './MigrationNotice';
import { NoticeBar } from './NoticeBar';
import { Loading, PageState } from './PageState';
import type { Target } from './share-link';
import { sentenceOf } from './use-agents';
import type { Connection } from './use-connection';

type Props = Omit<ChatProps, 'element' | 'onNotReady'> & {
  connection: Connection | null;
  /** Why the agents of the server are not known. */
  failure: Error | null;
  threadLink: ThreadLink;
  onRetry: () => void;
  element: ElementState;
  domainKey: string;
  onHome: (() => void) | null;
};

/** The chat of the connection, or what keeps it from being there. */
export function ConnectionView(props: Props) {
  return (
    <>
      {props.connection?.kind === 'workflow' && <MigrationNotice />}
      <ConnectionContent {...props} />
    </>
  );
}

function ConnectionContent(props: Props) {
  const { connection, failure, onRetry, element, domainKey, onHome, threadLink, ...around } = props;
  const { page, element: words } = useAppText();
  const [notReady, setNotReady] = useState<string | null>(null);
  const onNotReady = useCallback((sentence: string) => setNotReady(sentence), []);

  if (connection?.kind === 'missing') return <Missing target={connection.target} onHome={onHome} />;
  if (element.failure) return <NoElement failure={element.failure} connection={connection} onHome={onHome} />;
  if (failure && connection?.kind !== 'workflow') {
    return (
      <PageState isAlert title={page.notOpened}>
        <p>{sentenceOf(failure, page.unreachable)}</p>
        <button type="button" className="button" onClick={onRetry}>
          {page.tryAgain}
        </button>
      </PageState>
    );
  }
  if (!connection || !element.element) return <Loading what={page.loading} />;

  const isReplaceable = element.element.source !== 'built-in' && connection.kind === 'agent';
  const shared = { ...around, element: element.element, onNotReady };
  return (
    <>
      {element.element.reason && (
        <p className="connection-note">
          {words.inUse(words.source.builtIn)} <Diagnosis text={element.element.reason} />
        </p>
      )}
      {notReady && (
        <NoticeBar
          notice={{
            text: notReady,
            isError: true,
            ...(isReplaceable && {
              action: { name: words.takeBuiltIn, run: () => chooseElement('built-in') },
            }),
          }}
          onClose={() => setNotReady(null)}
        />
      )}
      {connection.kind === 'agent' ? (
        <AgentChat
          key={connection.agent.id}
          agent={connection.agent}
          domainKey={domainKey}
          threadLink={threadLink}
          {...shared}
        />
      ) : (
        <HostedChat key={connection.workflow.id} workflow={connection.workflow} {...shared} />
      )}
    </>
  );
}

type NoElementProps = { failure: string; connection: Connection | null; onHome: (() => void) | null };

function NoElement({ failure, connection, onHome }: NoElementProps) {
  const { page, element } = useAppText();
  const isHosted = connection?.kind === 'workflow';
  return (
    <PageState isAlert title={element.failed}>
      <p>
        <Diagnosis text={failure} />
      </p>
      {isHosted && <p>{element.onlyOfficial}</p>}
      <div className="form-actions">
        <button type="button" className="button" onClick={() => location.reload()}>
          {page.tryAgain}
        </button>
        {isHosted && onHome && (
          <button type="button" className="button" onClick={onHome}>
            {page.openDefault}
          </button>
        )}
        {!isHosted && (
          <button type="button" className="button primary" onClick={() => chooseElement('built-in')}>
            {element.takeBuiltIn}
          </button>
        )}
      </div>
    </PageState>
  );
}

function Missing({ target, onHome }: { target: Target; onHome: (() => void) | null }) {
  const { page, hosted } = useAppText();
  return (
    <PageState isAlert title={target.kind === 'agent' ? page.noAgent : hosted.invalid}>
      <p>{target.kind === 'agent' ? page.noAgentText(target.id) : hosted.invalidText(target.id)}</p>
      {onHome && (
        <button type="button" className="button" onClick={onHome}>
          {page.openDefault}
        </button>
      )}
    </PageState>
  );
}
