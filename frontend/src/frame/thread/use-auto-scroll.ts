/*
 * Where a thread is scrolled to. While "pinned" the newest line stays in view as the content grows; scrolling up
 * unpins, and only reaching the end (or asking for it) pins again. While an answer is written it is followed only
 * if the page wants that; what loads late in a thread that was just opened, such as pictures, never moves its end.
 */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** How close to the end still counts as being there. */
const NEAR = 48;

type Refs = { scroller: RefObject<HTMLElement | null>; content: RefObject<HTMLElement | null> };

/** latest: what stands at the end. `news`: it is another one, or has changed, since the end was last in view. */
export function useAutoScroll({ scroller, content }: Refs, follow: boolean, latest: unknown) {
  const pinned = useRef(true);
  const now = useRef(latest);
  now.current = latest;
  const seen = useRef(latest);
  const lastTop = useRef(0);
  const [away, setAway] = useState(false);

  const toEnd = useCallback(
    (behavior: ScrollBehavior = 'auto') => {
      const element = scroller.current;
      if (!element) return;
      pinned.current = true;
      seen.current = now.current;
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
    if (left <= NEAR) {
      pinned.current = true;
      seen.current = now.current;
    } else if (element.scrollTop < lastTop.current - 1) {
      pinned.current = false;
    }
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
        seen.current = now.current;
        return;
      }
      const left = box.scrollHeight - box.clientHeight - box.scrollTop;
      if (left > NEAR) pinned.current = false;
      else seen.current = now.current;
      setAway(left > NEAR * 3);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [content, scroller, follow]);

  // The component is drawn again when `latest` changes or the end comes into view.
  return { away, news: away && seen.current !== latest, toEnd, hold, onScroll };
}
