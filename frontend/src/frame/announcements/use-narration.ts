import { type RefObject, useEffect } from 'react';
import { useLanguage } from '../../language/language';
import { isPolling, isResponding } from '../../protocol/response-status';
import { useChat } from '../context';
import type { Conversation } from '../conversation/conversation';
import { Narrator } from './narrator';

/** The page has stopped changing for so long: what was drawn step by step is drawn. */
const SETTLED_MS = 250;
/** As long as an answer that was begun before comes in again from its beginning. */
const REPLAY_MS = 1_000;

/** Announces the thread in `log` while it is on the screen. */
export function useNarration(conversation: Conversation, log: RefObject<HTMLElement | null>) {
  const { announcer } = useChat();
  const language = useLanguage();
  useEffect(() => {
    if (!log.current) return;
    const narrator = new Narrator(announcer, language, log.current, conversation.refreshed);
    return narrate(conversation, narrator, log.current, () => announcer.clear());
  }, [conversation, announcer, language, log]);
}

function narrate(conversation: Conversation, narrator: Narrator, log: Element, onLeave: () => void) {
  const { state } = conversation;
  let changed = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let replayedUntil = 0;
  let wasRunning = false;

  const look = () => {
    timer = undefined;
    const now = performance.now();
    const settled = now - changed >= SETTLED_MS;
    if (now < replayedUntil) narrator.skip(state.value);
    else narrator.announce(state.value, settled);
    if (!settled || now < replayedUntil) lookSoon();
  };
  const lookSoon = () => {
    timer ??= setTimeout(look, SETTLED_MS + 50);
  };
  const onChange = () => {
    changed = performance.now();
    lookSoon();
  };
  const onState = () => {
    const running = isResponding(state.value.status) || isPolling(state.value.status);
    if (running && !wasRunning && conversation.isFollowing) replayedUntil = performance.now() + REPLAY_MS;
    wasRunning = running;
    onChange();
  };

  narrator.skip(state.value);
  onState();
  const unsubscribe = state.subscribe(onState);
  const leaveWalks = conversation.branches.walks.subscribe(() => narrator.skip(state.value));
  const observer = new MutationObserver(onChange);
  observer.observe(log, { childList: true, characterData: true, subtree: true });
  return () => {
    clearTimeout(timer);
    unsubscribe();
    leaveWalks();
    observer.disconnect();
    onLeave();
  };
}
