/*
 * Where a thread is scrolled to. While "pinned" the newest line stays in view as the content grows; scrolling up
 * unpins, and only reaching the end (or asking for it) pins again. While an answer is written it is followed only
 * if the page wants that; what loads late in a thread that was just opened, such as pictures, never moves its end.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** How close to the end still counts as being there. */
const NEAR = 48;

type Refs = { scroller: RefObject<HTMLElement | null>; content: RefObject<HTMLElement | null> };

export function useScroll({ scroller, content }: Refs, follow: boolean) {
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
      if (follow && pinned.current) {
        box.scrollTop = box.scrollHeight;
        return;
      }
      const left = box.scrollHeight - box.clientHeight - box.scrollTop;
      if (left > NEAR) pinned.current = false;
      setAway(left > NEAR * 3);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [content, scroller, follow]);

  return { away, toEnd, hold, onScroll };
}
