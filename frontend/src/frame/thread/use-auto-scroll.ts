/*
 * Where a thread is scrolled to. A question that was asked here goes to the top of the view, and its answer grows
 * below it: the column is as high as that takes, so nothing moves while the answer comes in, when it ends, or when
 * the view changes its size. Of a long question the end is in view. With `follow` the newest line stays in view
 * instead, as long as the user is near it. What others ask, or loads late, never moves what the user is reading.
 *
 * What a click has brought to the end is scrolled to.
 *
 * A user who scrolls is left where they are; `held`, `pinned` and `clicked` say that nobody has scrolled since.
 */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';

/** How close to the end still counts as being there. */
const NEAR = 48;
/** Above a question. */
const GAP = 8;
/** How much of the view a question may take. */
const SHARE = 0.4;

type Refs = {
  scroller: RefObject<HTMLElement | null>;
  /** All there is to scroll, with the room below it. */
  column: RefObject<HTMLElement | null>;
  /** The same without the room. */
  content: RefObject<HTMLElement | null>;
};
type What = {
  follow: boolean;
  /** Another number for each question that was asked here. */
  asked: number;
  /** One of them is on its way. */
  asking: boolean;
  /** Another number each time that a click has brought something to the end. */
  brought: number;
  /** What stands at the end. */
  latest: unknown;
};

/** `news`: what stands at the end is another one, or has changed, since the end was last in view. */
export function useAutoScroll(
  { scroller, column, content }: Refs,
  { follow, asked, asking, brought, latest }: What,
) {
  const pinned = useRef(true);
  const held = useRef(false);
  const hasRoom = useRef(false);
  /** Nobody has scrolled since the last click. */
  const clicked = useRef(false);
  const now = useRef(latest);
  now.current = latest;
  const seen = useRef(latest);
  const last = useRef({ top: 0, height: 0 });
  const [away, setAway] = useState(false);

  /** Measures what is below the view. */
  const look = useCallback(() => {
    const [box, inner] = [scroller.current, content.current];
    if (!box || !inner) return;
    const left = inner.getBoundingClientRect().bottom - box.getBoundingClientRect().bottom;
    last.current = { top: box.scrollTop, height: box.clientHeight };
    if (left <= NEAR) {
      pinned.current = true;
      seen.current = now.current;
    } else if (!follow) {
      pinned.current = false;
    }
    setAway(left > Math.min(NEAR * 3, box.clientHeight / 2) && !pinned.current);
  }, [scroller, content, follow]);

  const scrollTo = useCallback(
    (top: number) => {
      if (scroller.current && Math.abs(scroller.current.scrollTop - top) > 1)
        scroller.current.scrollTop = top;
    },
    [scroller],
  );

  /** Makes the column as high as the last question takes to get to the top; the place of the view is then this. */
  const makeRoom = useCallback((): number | null => {
    const [box, all] = [scroller.current, column.current];
    if (!box || !all) return null;
    const place = hasRoom.current ? placeOf(box) : null;
    all.style.minHeight = place === null ? '' : `${place + box.clientHeight}px`;
    return place;
  }, [scroller, column]);

  const toEnd = useCallback(
    (behavior: ScrollBehavior = 'auto') => {
      const element = scroller.current;
      if (!element) return;
      pinned.current = true;
      held.current = false;
      seen.current = now.current;
      setAway(false);
      element.scrollTo({ top: element.scrollHeight, behavior });
    },
    [scroller],
  );

  /** To the end, or to the beginning of what stands there, where the view cannot hold all of it. */
  const toNewest = () => {
    const box = scroller.current;
    const newest = box && [...box.querySelectorAll('.turn > :not(.turn-actions)')].at(-1);
    if (!newest) return;
    const { top, height } = newest.getBoundingClientRect();
    if (height <= box.clientHeight) return toEnd('smooth');
    box.scrollBy({ top: top - box.getBoundingClientRect().top - GAP, behavior: 'smooth' });
  };

  const hold = useCallback(() => {
    pinned.current = false;
    held.current = false;
    clicked.current = true;
  }, []);

  const onScroll = useCallback(() => {
    const element = scroller.current;
    // What moves a view that has just changed its size is the browser: the observer puts it right in this very frame.
    if (!element || element.clientHeight !== last.current.height) return;
    if (Math.abs(element.scrollTop - last.current.top) > 1) held.current = clicked.current = false;
    if (element.scrollTop < last.current.top - 1) pinned.current = false;
    look();
  }, [scroller, look]);

  const opened = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a question is the reason to scroll
  useLayoutEffect(() => {
    const isOwn = opened.current || asking;
    opened.current = true;
    if (follow || !isOwn) return toEnd();
    hasRoom.current = true;
    held.current = true;
    scrollTo(makeRoom() ?? 0);
    look();
  }, [asked]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was brought is the reason to scroll
  useLayoutEffect(() => {
    if (brought > 0 && clicked.current) toNewest();
  }, [brought]);

  useEffect(() => {
    const [box, inner] = [scroller.current, content.current];
    if (!box || !inner || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => {
      const { top, height } = last.current;
      const isResized = box.clientHeight !== height;
      // A view that grows is moved by the browser, and not by the user, who may just have scrolled otherwise.
      const isHeld = held.current && (isResized || Math.abs(box.scrollTop - top) <= 1);
      if (follow) hasRoom.current = false;
      const place = makeRoom();
      if (follow && pinned.current) scrollTo(box.scrollHeight - box.clientHeight);
      else if (isHeld && place !== null) scrollTo(place);
      else if (isResized && pinned.current && place === null) scrollTo(box.scrollHeight - box.clientHeight);
      else if (isResized && box.scrollTop < top) scrollTo(top);
      look();
    });
    observer.observe(inner);
    observer.observe(box);
    return () => observer.disconnect();
  }, [content, scroller, follow, look, makeRoom, scrollTo]);

  // The component is drawn again when `latest` changes or the end comes into view.
  return { away, news: away && seen.current !== latest, toEnd, hold, onScroll };
}

/** Where the last question is at the top of the view, or its end where it is long. */
function placeOf(box: HTMLElement): number | null {
  const turn = [...box.querySelectorAll('.turn')].at(-1);
  if (!turn) return null;
  const question = turn.querySelector('.turn-question')?.getBoundingClientRect().height ?? 0;
  const top = turn.getBoundingClientRect().top - box.getBoundingClientRect().top + box.scrollTop;
  return Math.max(
    0,
    Math.floor(top - GAP + Math.max(0, question - Math.max(NEAR, box.clientHeight * SHARE))),
  );
}
