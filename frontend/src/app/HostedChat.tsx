import { KeyRound } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { ApiKeyForm } from './ApiKeyForm';
import { useApiKey } from './api-key';
import { Chat, type Surroundings } from './Chat';
import { HostedSession, SessionRefused } from './hosted-session';
import { Linked } from './Linked';
import { Loading, PageState } from './PageState';
import type { Data } from './settings/options';
import { nameOf, type Workflow } from './workflows';

export const hostedOptions = (workflow: Workflow): Data => ({
  frameTitle: `Chat with ${nameOf(workflow)}`,
  history: { enabled: true, showRename: true, showDelete: true },
  thread: { autoScroll: true },
  startScreen: { greeting: 'What can I help with today?', prompts: [] },
});

type Props = Surroundings & { workflow: Workflow };

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
  const { session, trouble, isOpen, retry } = useSession(workflow.id, apiKey, around.tell);
  const api = useMemo(() => session && { getClientSecret: session.clientSecret }, [session]);

  if (trouble) return <SessionTrouble trouble={trouble} workflow={workflow} onRetry={retry} />;
  if (!api || !isOpen) return <Loading what="Making a session at OpenAI…" />;
  return <Chat {...around} api={api} memory={`thread:${workflow.id}`} />;
}

function useSession(workflow: string, apiKey: string, tell: Surroundings['tell']) {
  const [session, setSession] = useState<HostedSession | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [trouble, setTrouble] = useState<Error | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt is the reason to begin again
  useEffect(() => {
    let isShown = true;
    const opened = new HostedSession(workflow, apiKey);
    let isTroubled = false;
    opened.onTrouble = (error) => {
      if (error) tell({ text: `The session could not be renewed. ${sentenceOf(error)}`, isTrouble: true });
      else if (isTroubled) tell({ text: 'The session has been renewed.' });
      isTroubled = error !== null;
    };
    setSession(opened);
    setTrouble(null);
    setOpen(false);
    opened.open().then(
      () => isShown && setOpen(true),
      (error: Error) => isShown && setTrouble(error),
    );
    return () => {
      isShown = false;
      opened.close();
    };
  }, [workflow, apiKey, attempt, tell]);
  return { session, trouble, isOpen, retry: () => setAttempt((count) => count + 1) };
}

const sentenceOf = (error: Error) =>
  error instanceof SessionRefused ? error.message : 'The server cannot be reached. Check that it is running.';

/** A workflow is unknown to each key but those of its own project. */
const ABOUT_THE_KEY = ['wrong_key', 'key_not_allowed', 'unknown_workflow'];

type TroubleProps = { trouble: Error; workflow: Workflow; onRetry: () => void };

/** A key that is refused is asked for again; everything else may work the next time. */
function SessionTrouble({ trouble, workflow, onRetry }: TroubleProps) {
  const { code = '', help = null } = trouble instanceof SessionRefused ? trouble : {};
  const isKey = ABOUT_THE_KEY.includes(code);
  return (
    <PageState isAlert title={`${nameOf(workflow)} could not be opened`}>
      <p>
        <Linked text={sentenceOf(trouble)} />
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
