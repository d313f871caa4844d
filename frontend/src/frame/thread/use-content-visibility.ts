import { type RefObject, useCallback, useEffect, useRef } from 'react';

/** Turns this far from what is on the screen are let rest, in heights of the screen. */
const MARGIN = '150%';

/**
 * Marks elements that are far from being seen, so that the browser neither lays them out nor paints them (thread.css).
 * Each was drawn once before, so its size is known and nothing moves; find-in-page and screen readers still find it.
 * Those near by stay as they are: what a turn opens over its edge must not be clipped.
 */
export function useContentVisibility(scroller: RefObject<HTMLElement | null>) {
  const observer = useRef<IntersectionObserver | null>(null);
  const elements = useRef(new Set<Element>());

  useEffect(() => {
    if (typeof IntersectionObserver === 'undefined') return;
    const watching = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) target.toggleAttribute('data-far', !isIntersecting);
      },
      { root: scroller.current, rootMargin: `${MARGIN} 0px` },
    );
    for (const element of elements.current) watching.observe(element);
    observer.current = watching;
    return () => {
      watching.disconnect();
      observer.current = null;
    };
  }, [scroller]);

  return useCallback((element: HTMLElement | null) => {
    if (!element) return;
    elements.current.add(element);
    observer.current?.observe(element);
    return () => {
      elements.current.delete(element);
      observer.current?.unobserve(element);
    };
  }, []);
}
