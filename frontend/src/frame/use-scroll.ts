/*
 * Where a thread is scrolled to. While "pinned" the newest line stays in view as the content grows; scrolling up
 * unpins, and only reaching the end (or asking for it) pins again. Older items put in above must not move what
 * the person is reading.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How close to the end still counts as being there. */
const NEAR = 48;

type Refs = { scroller: RefObject<HTMLElement | null>; content: RefObject<HTMLElement | null> };

export function useScroll({ scroller, content }: Refs, follow: boolean, firstId: string | undefined) {
  const pinned = useRef(true);
  const lastTop = useRef(0);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(
    (behavior: ScrollBehavior = 'auto') => {
      const element = scroller.current;
      if (!element) return;
      pinned.current = true;
      setAway(false);
      element.scrollTo({ top: element.scrollHeight, behavior });
    },
    [scroller],
  );

  const hold = useCallback(() => {
    pinned.current = false;
  }, []);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element) return;
    const left = element.scrollHeight - element.clientHeight - element.scrollTop;
    if (left <= NEAR) pinned.current = true;
    else if (element.scrollTop < lastTop.current - 1) pinned.current = false;
    lastTop.current = element.scrollTop;
    setAway(left > NEAR * 3 && !pinned.current);
  }, [scroller]);

  useEffect(() => {
    const element = content.current;
    if (!element || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => {
      const box = scroller.current;
      if (!box) return;
      if (follow && pinned.current) box.scrollTop = box.scrollHeight;
      else setAway(box.scrollHeight - box.clientHeight - box.scrollTop > NEAR * 3);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [content, scroller, follow]);

  useKeepPlace(scroller, firstId);
  return { away, toEnd, hold, onScroll };
}

function useKeepPlace(scroller: RefObject<HTMLElement | null>, firstId: string | undefined) {
  const before = useRef({ firstId, fromEnd: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (before.current.firstId && firstId !== before.current.firstId) {
      element.scrollTop = element.scrollHeight - before.current.fromEnd;
    }
    before.current.firstId = firstId;
    return () => {
      before.current.fromEnd = element.scrollHeight - element.scrollTop;
    };
  });
}
