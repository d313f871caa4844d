import { KeyRound } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ChatKitView, type ChatProps } from '../ChatKitView';
import { Linkify } from '../Linkify';
import { type AppText, useAppText } from '../language/app-language';
import { Loading, PageState } from '../PageState';
import type { OptionData } from '../settings/option-values';
import { ApiKeyForm } from './ApiKeyForm';
import { useApiKey } from './api-key';
import { HostedSession, SessionRefused } from './hosted-session';
import { type HostedWorkflow, nameOf } from './workflows';

/** The greeting is the element's own, which knows the reader's language. */
export const hostedOptions = (workflow: HostedWorkflow, words: AppText['notices']): OptionData => ({
  frameTitle: words.frame(nameOf(workflow)),
  history: { enabled: true, showRename: true, showDelete: true },
  thread: { autoScroll: true },
  startScreen: { prompts: [] },
});

type Props = ChatProps & { workflow: HostedWorkflow };

export function HostedChat({ workflow, ...around }: Props) {
  const { hosted } = useAppText();
  const apiKey = useApiKey();
  return apiKey ? (
    <HostedSessionChat key={apiKey.key} workflow={workflow} apiKey={apiKey.key} {...around} />
  ) : (
    <PageState>
      <div className="card">
        <KeyRound size={22} aria-hidden />
        <h2>{hosted.needsKey(nameOf(workflow))}</h2>
        <p>{hosted.needsKeyText}</p>
        <ApiKeyForm current={null} submit={hosted.start} />
      </div>
    </PageState>
  );
}

function HostedSessionChat({ workflow, apiKey, ...around }: Props & { apiKey: string }) {
  const { hosted } = useAppText();
  const { session, failure, isOpen, retry } = useSession(workflow.id, apiKey, around.notify);
  const api = useMemo(() => session && { getClientSecret: session.clientSecret }, [session]);

  if (failure) return <SessionFailure failure={failure} workflow={workflow} onRetry={retry} />;
  if (!api || !isOpen) return <Loading what={hosted.opening} />;
  return <ChatKitView {...around} api={api} storageKey={`thread:${workflow.id}`} />;
}

function useSession(workflow: string, apiKey: string, notify: ChatProps['notify']) {
  const { hosted, page } = useAppText();
  // Another language is no reason for another session.
  const words = useRef({ hosted, page });
  useEffect(() => {
    words.current = { hosted, page };
  });
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
      const { hosted, page } = words.current;
      if (error) notify({ text: hosted.notRenewed(sentenceOf(error, page.unreachable)), isError: true });
      else if (hasFailed) notify({ text: hosted.renewed });
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

const sentenceOf = (error: Error, unreachable: string) =>
  error instanceof SessionRefused ? error.message : unreachable;

/** A workflow is unknown to each key but those of its own project. */
const ABOUT_THE_KEY = ['wrong_key', 'key_not_allowed', 'unknown_workflow'];

type FailureProps = { failure: Error; workflow: HostedWorkflow; onRetry: () => void };

/** A key that is refused is asked for again; everything else may work the next time. */
function SessionFailure({ failure, workflow, onRetry }: FailureProps) {
  const { hosted, page, apiKey } = useAppText();
  const { code = '', help = null } = failure instanceof SessionRefused ? failure : {};
  const isKey = ABOUT_THE_KEY.includes(code);
  return (
    <PageState isAlert title={hosted.notOpened(nameOf(workflow))}>
      <p>
        <Linkify text={sentenceOf(failure, page.unreachable)} />
      </p>
      {isKey && (
        <div className="card">
          <ApiKeyForm current={null} submit={apiKey.useAnother} />
        </div>
      )}
      {code !== 'wrong_key' && (
        <div className="form-actions">
          <button type="button" className="button" onClick={onRetry}>
            {page.tryAgain}
          </button>
          {help && (
            <a className="button primary" href={help} target="_blank" rel="noopener">
              {hosted.howToMove}
            </a>
          )}
        </div>
      )}
    </PageState>
  );
}
