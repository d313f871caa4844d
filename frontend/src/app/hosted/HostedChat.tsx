import { KeyRound } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { ChatKitView, type ChatProps } from '../ChatKitView';
import { Linkify } from '../Linkify';
import { Loading, PageState } from '../PageState';
import type { OptionData } from '../settings/option-values';
import { ApiKeyForm } from './ApiKeyForm';
import { useApiKey } from './api-key';
import { HostedSession, SessionRefused } from './hosted-session';
import { type HostedWorkflow, nameOf } from './workflows';

export const hostedOptions = (workflow: HostedWorkflow): OptionData => ({
  frameTitle: `Chat with ${nameOf(workflow)}`,
  history: { enabled: true, showRename: true, showDelete: true },
  thread: { autoScroll: true },
  startScreen: { greeting: 'What can I help with today?', prompts: [] },
});

type Props = ChatProps & { workflow: HostedWorkflow };

export function HostedChat({ workflow, ...around }: Props) {
  const apiKey = useApiKey();
  return apiKey ? (
    <HostedSessionChat key={apiKey.key} workflow={workflow} apiKey={apiKey.key} {...around} />
  ) : (
    <PageState>
      <div className="card">
        <KeyRound size={22} aria-hidden />
        <h2>{nameOf(workflow)} needs your API key</h2>
        <p>
          The workflow runs at OpenAI, in the project that your key belongs to. Any key of that project will
          do.
        </p>
        <ApiKeyForm current={null} submit="Start the chat" />
      </div>
    </PageState>
  );
}

function HostedSessionChat({ workflow, apiKey, ...around }: Props & { apiKey: string }) {
  const { session, failure, isOpen, retry } = useSession(workflow.id, apiKey, around.notify);
  const api = useMemo(() => session && { getClientSecret: session.clientSecret }, [session]);

  if (failure) return <SessionFailure failure={failure} workflow={workflow} onRetry={retry} />;
  if (!api || !isOpen) return <Loading what="Making a session at OpenAI…" />;
  return <ChatKitView {...around} api={api} storageKey={`thread:${workflow.id}`} />;
}

function useSession(workflow: string, apiKey: string, notify: ChatProps['notify']) {
  const [session, setSession] = useState<HostedSession | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to begin again
  useEffect(() => {
    let isCurrent = true;
    const opened = new HostedSession(workflow, apiKey);
    let hasFailed = false;
    opened.onRenewalFailure = (error) => {
      if (error) notify({ text: `The session could not be renewed. ${sentenceOf(error)}`, isError: true });
      else if (hasFailed) notify({ text: 'The session has been renewed.' });
      hasFailed = error !== null;
    };
    setSession(opened);
    setFailure(null);
    setOpen(false);
    opened.open().then(
      () => isCurrent && setOpen(true),
      (error: Error) => isCurrent && setFailure(error),
    );
    return () => {
      isCurrent = false;
      opened.close();
    };
  }, [workflow, apiKey, attempt, notify]);
  return { session, failure, isOpen, retry: () => setAttempt((count) => count + 1) };
}

const sentenceOf = (error: Error) =>
  error instanceof SessionRefused ? error.message : 'The server cannot be reached. Check that it is running.';

/** A workflow is unknown to each key but those of its own project. */
const ABOUT_THE_KEY = ['wrong_key', 'key_not_allowed', 'unknown_workflow'];

type FailureProps = { failure: Error; workflow: HostedWorkflow; onRetry: () => void };

/** A key that is refused is asked for again; everything else may work the next time. */
function SessionFailure({ failure, workflow, onRetry }: FailureProps) {
  const { code = '', help = null } = failure instanceof SessionRefused ? failure : {};
  const isKey = ABOUT_THE_KEY.includes(code);
  return (
    <PageState isAlert title={`${nameOf(workflow)} could not be opened`}>
      <p>
        <Linkify text={sentenceOf(failure)} />
      </p>
      {isKey && (
        <div className="card">
          <ApiKeyForm current={null} submit="Use another key" />
        </div>
      )}
      {code !== 'wrong_key' && (
        <div className="form-actions">
          <button type="button" className="button" onClick={onRetry}>
            Try again
          </button>
          {help && (
            <a className="button primary" href={help} target="_blank" rel="noopener">
              How to move it
            </a>
          )}
        </div>
      )}
    </PageState>
  );
}
