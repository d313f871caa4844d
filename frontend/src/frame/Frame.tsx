import { CircleAlert, FileUp } from 'lucide-react';
import { lazy, type MouseEvent, Suspense, useEffect, useLayoutEffect } from 'react';
import { type Language, LanguageContext, useText } from '../language/language';
import { failureOf } from '../protocol/response-status';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { keepFocus } from '../ui/keep-focus';
import { hasTouchKeyboard } from '../ui/touch-keyboard';
import { LiveRegion } from './announcements/LiveRegion';
import type { Chat, View } from './chat';
import { Composer } from './composer/Composer';
import { useFileDrop } from './composer/use-file-drop';
import { ChatContext, useChat } from './context';
import { Disclaimer } from './Disclaimer';
import { composerOf, conversationOf } from './focus-places';
import { Header } from './header/Header';
import { HistoryPanel } from './history/HistoryPanel';
import { StartScreen } from './StartScreen';
import { useStore } from './store';
import { useTheme } from './theme';
import { FailureNote } from './thread/Status';
import { ThreadView } from './thread/ThreadView';

const ShareDialog = lazy(() => import('./share/ShareDialog'));

export function Frame({ chat }: { chat: Chat }) {
  const options = useStore(chat.options);
  const view = useStore(chat.view);
  const historyOpen = useStore(chat.historyOpen);
  const language = useStore(chat.language);
  useTheme(options.theme, chat.base);
  useDocumentLanguage(language);
  useEscapeStops(chat);
  useKeptFocus();
  const dropping = useFileDrop(chat, options.composer?.attachments?.enabled ?? false);
  return (
    <LanguageContext value={language}>
      <ChatContext value={chat}>
        <div className="frame" onClickCapture={(event) => followDeeplink(event, chat)}>
          {options.api ? (
            <div className="frame-body" inert={historyOpen}>
              <Header view={view} />
              <Main view={view} />
              <footer className="bottom">
                <Composer view={view} />
                <Disclaimer />
              </footer>
            </div>
          ) : (
            <NotSetUp />
          )}
          {historyOpen && <HistoryPanel />}
          <Sharing view={view} />
          <LiveRegion announcer={chat.announcer} />
          {dropping && (
            <div className="drop">
              <FileUp size={28} aria-hidden />
              {language.text.files.drop}
            </div>
          )}
        </div>
      </ChatContext>
    </LanguageContext>
  );
}

function Main({ view: { conversation, loading, failure } }: { view: View }) {
  const { thread, items, status } = useStore(conversation.state);
  const failedResponse = failureOf(status);
  if (failure) return <ThreadNotOpened failure={failure} />;
  if (loading) return <LoadingThread />;
  const empty = items.length === 0 && !thread;
  return (
    <main className="main" tabIndex={-1} data-empty={empty ? '' : undefined}>
      {empty ? (
        <>
          <StartScreen />
          <Disclaimer scrolls />
          {failedResponse && <FailureNote failure={failedResponse} conversation={conversation} />}
        </>
      ) : (
        <ThreadView key={conversation.key} conversation={conversation} />
      )}
    </main>
  );
}

function Sharing({ view: { conversation } }: { view: View }) {
  const dialog = useStore(conversation.sharing.dialog);
  const fail = (message: string) => conversation.reportToHost(message);
  return dialog ? (
    <ErrorBoundary resetKey={dialog} name="share dialog" fail={fail} fallback={null}>
      <Suspense>
        <ShareDialog conversation={conversation} {...dialog} />
      </Suspense>
    </ErrorBoundary>
  ) : null;
}

function NotSetUp() {
  const { frame } = useText();
  return (
    <main className="main failure" role="alert">
      <CircleAlert size={22} aria-hidden />
      <p>{frame.notSetUp}</p>
    </main>
  );
}

function LoadingThread() {
  const text = useText();
  return (
    <main className="main" tabIndex={-1} aria-busy>
      <div className="column skeleton" role="status" aria-label={text.frame.loading}>
        <i />
        <i />
        <i />
      </div>
    </main>
  );
}

function ThreadNotOpened({ failure }: { failure: NonNullable<View['failure']> }) {
  const chat = useChat();
  const text = useText();
  return (
    <main className="main failure" tabIndex={-1} role="alert">
      <CircleAlert size={22} aria-hidden />
      <p>{failure.message}</p>
      {failure.gone ? (
        <button type="button" className="button" onClick={() => chat.startNew()}>
          {text.frame.startNew}
        </button>
      ) : (
        <button type="button" className="button" onClick={() => void chat.open(failure.threadId)}>
          {text.frame.tryAgain}
        </button>
      )}
    </main>
  );
}

const DEEPLINK = 'chatkit-link://';

/** A link that only the host page understands: it gets an event with the link's query as data. */
function followDeeplink(event: MouseEvent, chat: Chat) {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  const href = link?.getAttribute('href');
  if (!href?.startsWith(DEEPLINK)) return;
  event.preventDefault();
  const [name = '', query] = href.slice(DEEPLINK.length).split('?', 2);
  const data = query ? Object.fromEntries(new URLSearchParams(query)) : undefined;
  chat.deeplink(decoded(name.replace(/\/$/, '')), data);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function useDocumentLanguage({ tag, dir }: Language) {
  useLayoutEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = dir;
  }, [tag, dir]);
}

/** What has the focus and goes away leaves it to what comes in its place. */
function useKeptFocus() {
  useEffect(
    () =>
      keepFocus(document, () =>
        hasTouchKeyboard() ? conversationOf(document) : (composerOf(document) ?? conversationOf(document)),
      ),
    [],
  );
}

function useEscapeStops(chat: Chat) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      // What is on top closes, and the answer goes on.
      if (chat.historyOpen.value || document.querySelector('dialog[open]')) return;
      chat.view.value.conversation.stop();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [chat]);
}
