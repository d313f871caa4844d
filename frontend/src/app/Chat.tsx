import type { ChatKitOptions } from '@openai/chatkit';
import { ChatKit, type UseChatKitOptions, useChatKit } from '@openai/chatkit-react';
import { useLayoutEffect, useMemo, useState } from 'react';
import type { AgentPrompt } from './agents';
import type { LoadedElement } from './element-loader/load-element';
import { recall, remember } from './memory';
import type { Notice } from './Notices';
import { commandsOf } from './offers';
import type { Data } from './settings/options';
import { withSamples } from './settings/samples';
import type { Scheme } from './use-scheme';

/** One can type at once, unless one is busy elsewhere, or typing would bring up a keyboard over half of the screen. */
const isFocusFree = () =>
  matchMedia('(hover: hover) and (pointer: fine)').matches &&
  (document.activeElement ?? document.body).matches('body, .connection a');

/** What every chat of the page needs, whichever connection it belongs to. */
export type Surroundings = {
  element: LoadedElement;
  /** The whole options as data, see settings/options.ts. */
  options: Data;
  scheme: Scheme;
  tell: (notice: Notice) => void;
  /** The element does not get ready; says why. */
  onStuck: (sentence: string) => void;
};

type Props = Surroundings & {
  api: ChatKitOptions['api'];
  /** Under which name the open thread is remembered. */
  memory: string;
  widgets?: ChatKitOptions['widgets'];
  /** What the page does for the agent, under what was chosen. */
  offers?: Partial<UseChatKitOptions>;
  /** Suggestions of the agent; each is a command behind "/", too. */
  prompts?: AgentPrompt[];
};

/** A chat through the same package that any ChatKit page uses. */
export function Chat({
  api,
  memory,
  widgets,
  offers,
  prompts,
  element,
  options,
  scheme,
  tell,
  onStuck,
}: Props) {
  const [initialThread] = useState(() => recall(memory));
  const chosen = useMemo(() => withSamples(options, (text) => tell({ text })), [options, tell]);
  const [isReady, setReady] = useState(false);
  const { control, ref, sendUserMessage, focusComposer } = useChatKit({
    ...offers,
    ...(prompts?.length && {
      commands: commandsOf(prompts, (text) => sendUserMessage({ text })),
    }),
    ...chosen,
    ...(widgets && { widgets }),
    api,
    initialThread,
    theme: { ...(chosen.theme as object), colorScheme: scheme },
    onReady: () => {
      setReady(true);
      if (isFocusFree()) void focusComposer();
    },
    onThreadChange: ({ threadId }) => remember(memory, threadId),
    // Before it is ready, `whenReady` knows more; later, the chat itself tells of everything but wrong options.
    onError: ({ error }) =>
      isReady && error.name === 'InvalidFrameParamsError' && tell({ text: error.message, isTrouble: true }),
  });

  // In the turn in which the element gets its options, so that nothing it says about them is missed.
  useLayoutEffect(() => {
    let isShown = true;
    if (ref.current) {
      void element.whenReady(ref.current).then((trouble) => isShown && trouble && onStuck(trouble));
    }
    return () => {
      isShown = false;
    };
  }, [element, ref, onStuck]);
  return <ChatKit control={control} className="chat" />;
}
