/*
 * What happens to the focus when the element that has it goes away: a button that did its work, a row that was
 * deleted, a widget that the server replaced. The browser would let it fall to the body, and who uses a keyboard or a
 * screen reader would begin again at the top. So where each focused element stands is remembered while it is there,
 * and when it is gone its successor takes the focus: the same control in the new tree, else what is in its place now.
 *
 * Invariant: an element that is still there is never left, and a user who took the focus away decides.
 */

export const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled, [type="hidden"]), textarea:not(:disabled), select:not(:disabled), summary, [tabindex]:not([tabindex="-1"])';

type Place = {
  element: HTMLElement;
  name: string;
  /** The elements around it, the nearest first, with what had the focus as a number among their controls. */
  around: { element: HTMLElement; index: number; among: number }[];
};

/** `fallback`: what takes the focus where nothing is left around the old place. Returns the way to stop. */
export function keepFocus(page: Document, fallback: () => HTMLElement | null): () => void {
  let place: Place | null = null;
  let frame = 0;

  const onFocus = ({ target }: FocusEvent) => {
    place = target instanceof HTMLElement ? placeOf(target) : null;
  };
  /** Taken away by hand, with a click beside everything: it is for the user to put it somewhere again. */
  const onBlur = ({ relatedTarget }: FocusEvent) => {
    // Some browsers report the blur while the element is being removed: a moment later it is known.
    if (!relatedTarget) queueMicrotask(forgetIfLeft);
  };
  const forgetIfLeft = () => {
    // A page around this frame that takes the focus, for a dialog of its own, gives it back later.
    if (!place || !page.hasFocus()) return;
    if (canHaveFocus(place.element) && page.activeElement !== place.element) place = null;
  };
  const look = () => {
    frame = 0;
    // Who is writing beside this frame is not called away.
    if (!place || !page.hasFocus()) return;
    const isThere = canHaveFocus(place.element);
    const { activeElement } = page;
    if (activeElement === place.element ? isThere : activeElement && activeElement !== page.body) return;
    const next = isThere ? place.element : (successorOf(place) ?? fallback());
    place = null;
    next?.focus({ preventScroll: true });
  };
  const lookSoon = () => {
    if (place && !frame) frame = requestAnimationFrame(look);
  };
  // In the next frame: what closes itself, such as a dialog, gives the focus back in its own way first.
  const observer = new MutationObserver(lookSoon);
  observer.observe(page.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ['disabled', 'inert', 'hidden'],
  });
  page.addEventListener('focusin', onFocus);
  page.addEventListener('focusout', onBlur);
  addEventListener('focus', lookSoon);
  return () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    page.removeEventListener('focusin', onFocus);
    page.removeEventListener('focusout', onBlur);
    removeEventListener('focus', lookSoon);
  };
}

export const canHaveFocus = (element: HTMLElement) =>
  element.isConnected && !element.matches(':disabled') && !element.closest('[inert], [hidden]');

/** `data-control`: for one control under different names, such as the two of a toggle. */
const nameOf = (element: HTMLElement) =>
  element.dataset.control ??
  `${element.tagName} ${element.getAttribute('name') ?? ''} ${element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''}`;

/** Parts of a page: where one of them is left with nothing to press, its successor is not in another one. */
const REGIONS = 'main, aside, dialog';

/** Around more controls than these, such as those of a whole thread, nobody would look for the next one. */
const MOST_AROUND = 300;

const controlsIn = (element: HTMLElement) => [...element.querySelectorAll<HTMLElement>(FOCUSABLE)];

const namedAs = (controls: HTMLElement[], name: string) =>
  controls.filter((control) => nameOf(control) === name);

function placeOf(element: HTMLElement): Place {
  const name = nameOf(element);
  const around: Place['around'] = [];
  for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
    const controls = controlsIn(at);
    if (controls.length > MOST_AROUND) break;
    const index = controls.indexOf(element);
    around.push({ element: at, index, among: namedAs(controls, name).indexOf(element) });
  }
  return { element, name, around };
}

function successorOf({ name, around }: Place): HTMLElement | null {
  for (const { element, index, among } of around) {
    if (!canHaveFocus(element)) continue;
    const controls = controlsIn(element);
    const ready = controls.filter(canHaveFocus);
    if (!ready.length && element.matches(REGIONS)) return null;
    if (!ready.length || index < 0) continue;
    const same = namedAs(ready, name);
    return (
      same[Math.min(among, same.length - 1)] ??
      controls.slice(index).find(canHaveFocus) ??
      ready.at(-1) ??
      null
    );
  }
  return null;
}
