import { CircleAlert, FileUp } from 'lucide-react';
import { type MouseEvent, useEffect, useLayoutEffect } from 'react';
import { type Language, LanguageContext, useText } from '../language/language';
import { Markdown } from '../markdown/Markdown';
import { failureOf } from '../protocol/response-status';
import { LiveRegion } from './announcements/LiveRegion';
import type { Chat, View } from './chat';
import { Composer } from './composer/Composer';
import { useFileDrop } from './composer/use-file-drop';
import { ChatContext, useChat } from './context';
import { Header } from './header/Header';
import { HistoryPanel } from './history/HistoryPanel';
import { StartScreen } from './StartScreen';
import { useStore } from './store';
import { useTheme } from './theme';
import { FailureNote } from './thread/Status';
import { ThreadView } from './thread/ThreadView';

export function Frame({ chat }: { chat: Chat }) {
  const options = useStore(chat.options);
  const view = useStore(chat.view);
  const historyOpen = useStore(chat.historyOpen);
  const language = useStore(chat.language);
  const { disclaimer } = options;
  useTheme(options.theme, chat.base);
  useDocumentLanguage(language);
  useEscapeStops(chat);
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
                {disclaimer?.text && (
                  <div className="disclaimer" data-contrast={disclaimer.highContrast ? '' : undefined}>
                    <Markdown text={disclaimer.text} />
                  </div>
                )}
              </footer>
            </div>
          ) : (
            <NotSetUp />
          )}
          {historyOpen && <HistoryPanel />}
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
    <main className="main" data-empty={empty ? '' : undefined}>
      {empty ? (
        <>
          <StartScreen />
          {failedResponse && <FailureNote failure={failedResponse} conversation={conversation} />}
        </>
      ) : (
        <ThreadView key={conversation.key} conversation={conversation} />
      )}
    </main>
  );
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
    <main className="main" aria-busy>
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
    <main className="main failure" role="alert">
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

function useDocumentLanguage({ locale, dir }: Language) {
  useLayoutEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dir = dir;
  }, [locale, dir]);
}

function useEscapeStops(chat: Chat) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || chat.historyOpen.value)
        return;
      chat.view.value.conversation.stop();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [chat]);
}
