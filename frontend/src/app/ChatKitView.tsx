import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKit, type UseChatKitOptions, useChatKit } from '@openai/chatkit-react';
import { useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { commandsOf } from './agent-options';
import type { AgentPrompt } from './agents';
import type { LoadedElement } from './element-loader/load-element';
import { useAppText } from './language/app-language';
import { readStored, writeStored } from './local-storage';
import type { Notice } from './NoticeBar';
import { carrying, type PageHeader } from './page-header';
import type { OptionData } from './settings/option-values';
import { withSamples } from './settings/samples';
import { threadIn } from './share-link';
import type { Scheme } from './use-scheme';

/** The composer takes the focus, unless something else has it, or a keyboard would cover half of the screen. */
const isFocusFree = () =>
  matchMedia('(hover: hover) and (pointer: fine)').matches &&
  (document.activeElement ?? document.body).matches('body, .agent a, .connection a, .side-button');

/** Null: a new thread. itemId: the message to go to, where the element can do that. */
export type OpenThread = (threadId: string | null, itemId?: string | null) => Promise<void>;

/** What the list of threads needs of the chat, and the chat of it. */
export type ThreadLink = {
  /** The chat is there, and opens threads; null: it is gone. */
  onControl: (open: OpenThread | null) => void;
  onThread: (threadId: string | null) => void;
  /** Something was written into a thread. */
  onWritten: () => void;
};

/** What every chat of the page needs, whichever connection it belongs to. */
export type ChatProps = {
  element: LoadedElement;
  /** The whole options as data, see settings/option-values.ts. */
  options: OptionData;
  scheme: Scheme;
  notify: (notice: Notice) => void;
  /** For the header of the chat, where the page has no room for one. */
  pageHeader: PageHeader | null;
  /** The element does not get ready; the sentence explains why. */
  onNotReady: (sentence: string) => void;
};

type Props = ChatProps & {
  api: ChatKitOptions['api'];
  threadLink?: ThreadLink;
  /** The name under which the open thread is stored. */
  storageKey: string;
  widgets?: ChatKitOptions['widgets'];
  /** What the page does for the agent; the options of the settings panel come over it. */
  handlers?: Partial<UseChatKitOptions>;
  /** Suggestions of the agent; each is a command behind "/", too. */
  prompts?: AgentPrompt[];
};

/** A chat through the same package that any ChatKit page uses. */
export function ChatKitView({
  api,
  threadLink,
  storageKey,
  widgets,
  handlers,
  prompts,
  element,
  options,
  scheme,
  pageHeader,
  notify,
  onNotReady,
}: Props) {
  const { notices } = useAppText();
  const [initialThread] = useState(() => (threadLink && threadIn(location.search)) ?? readStored(storageKey));
  const chosen = useMemo(
    () => withSamples(options, (text) => notify({ text }), notices),
    [options, notify, notices],
  );
  const [isReady, setReady] = useState(false);
  const header = carrying(pageHeader, chosen.header);
  const isCarried = isReady && header !== null;
  const onCarried = pageHeader?.onCarried;
  useEffect(() => {
    onCarried?.(isCarried);
    return () => onCarried?.(false);
  }, [onCarried, isCarried]);
  const { control, ref, sendUserMessage, focusComposer, setThreadId } = useChatKit({
    ...handlers,
    ...(prompts?.length && {
      commands: commandsOf(prompts, (text) => sendUserMessage({ text })),
    }),
    ...chosen,
    ...(header && { header }),
    ...(widgets && { widgets }),
    api,
    initialThread,
    theme: { ...(chosen.theme as object), colorScheme: scheme },
    onReady: () => {
      setReady(true);
      if (isFocusFree()) void focusComposer();
    },
    onThreadChange: ({ threadId }) => {
      writeStored(storageKey, threadId);
      threadLink?.onThread(threadId);
    },
    onResponseStart: () => threadLink?.onWritten(),
    onResponseEnd: () => threadLink?.onWritten(),
    // Before it is ready, `whenReady` knows more; later, the chat itself displays all errors but wrong options.
    onError: ({ error }) =>
      isReady && error.name === 'InvalidFrameParamsError' && notify({ text: error.message, isError: true }),
  });

  const onThread = threadLink?.onThread;
  // An element reports no thread that it was given at first.
  useEffect(() => onThread?.(initialThread), [onThread, initialThread]);
  const onControl = threadLink?.onControl;
  useEffect(() => {
    if (!isReady || !onControl) return;
    onControl(async (threadId, itemId) => {
      // The package hands on the thread alone, and OpenAI's element takes no message to go to.
      const chat = ref.current as { setThreadId(id: string | null, itemId?: string): Promise<void> } | null;
      await (threadId && itemId ? chat?.setThreadId(threadId, itemId) : setThreadId(threadId));
      if (!threadId) await focusComposer();
    });
    return () => onControl(null);
  }, [isReady, onControl, setThreadId, focusComposer, ref]);

  // In the turn in which the element gets its options, so that no event about them is missed.
  useLayoutEffect(() => {
    let isCurrent = true;
    if (ref.current) {
      void element.whenReady(ref.current).then((failure) => isCurrent && failure && onNotReady(failure));
    }
    return () => {
      isCurrent = false;
    };
  }, [element, ref, onNotReady]);
  return <ChatKit control={control} className="chat" />;
}
