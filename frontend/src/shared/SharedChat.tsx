import { CircleAlert, MessageSquarePlus } from 'lucide-react';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Chat } from '../frame/chat';
import { ChatContext } from '../frame/context';
import { useStore } from '../frame/store';
import { ThreadView } from '../frame/thread/ThreadView';
import { type Language, LanguageContext } from '../language/language';
import { sentenceFor } from '../protocol/problems';
import { continueThread, type SharedThread } from './shared-thread';

type Props = { chat: Chat; shared: SharedThread; api: string; language: Language };

/** A thread as it was when its link was made, and a way to go on from there in a chat of one's own. */
export function SharedChat({ chat, shared, api, language }: Props) {
  const { conversation } = useStore(chat.view);
  const { text, tag, dir, date } = language;
  const title = shared.title || text.shared.title;
  useLayoutEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = dir;
    document.title = title;
  }, [tag, dir, title]);
  const frame = useRef<HTMLDivElement>(null);
  // A chat is entered at its end, and what somebody else has said is read from its beginning.
  useEffect(() => {
    if (!conversation.id) return;
    const drawn = requestAnimationFrame(() => frame.current?.querySelector('.thread')?.scrollTo(0, 0));
    return () => cancelAnimationFrame(drawn);
  }, [conversation]);
  return (
    <LanguageContext value={language}>
      <ChatContext value={chat}>
        <div className="frame" ref={frame}>
          <header className="header shared-header">
            <div className="shared-words">
              <h1 className="header-title" dir="auto" title={title}>
                {title}
              </h1>
              <p>{text.shared.about(date(shared.created_at.slice(0, 10)))}</p>
            </div>
            <ContinueButton api={api} language={language} />
          </header>
          <main className="main">
            <ThreadView key={conversation.key} conversation={conversation} />
          </main>
        </div>
      </ChatContext>
    </LanguageContext>
  );
}

function ContinueButton({ api, language }: { api: string; language: Language }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState('');
  const go = async () => {
    if (busy) return;
    setBusy(true);
    setFailure('');
    try {
      const { thread_id, agent } = await continueThread(api, language.locale);
      openInApp(thread_id, agent);
    } catch (error) {
      setFailure(sentenceFor(error, language));
      setBusy(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button shared-continue"
        aria-disabled={busy || undefined}
        onClick={() => void go()}
      >
        <MessageSquarePlus size={16} aria-hidden /> {language.text.shared.continue}
      </button>
      {failure && (
        <p className="shared-failure" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

/** The app opens the thread that this browser had last with the agent. */
function openInApp(thread: string, agent: string) {
  try {
    localStorage.setItem(`chatkit-link:thread:${agent}`, thread);
  } catch {
    // Without a storage the thread is found in the history.
  }
  location.assign(`../?agent=${encodeURIComponent(agent)}`);
}

/** The link leads nowhere, or the server cannot be reached. */
export function NothingShared({ language, error }: { language: Language; error: unknown }) {
  return (
    <main className="main failure" role="alert">
      <CircleAlert size={22} aria-hidden />
      <p>{sentenceFor(error, language)}</p>
    </main>
  );
}
