/*
 * What is modal holds the focus. A browser lets Tab leave a modal dialog for its own bars, and from a dialog in a frame
 * for the page around the frame, which is behind it just as much: here, Tab goes round.
 */
import { canHaveFocus, FOCUSABLE } from './keep-focus';

/** For the `onKeyDown` of what is modal. */
export function holdFocus(event: {
  key: string;
  shiftKey: boolean;
  currentTarget: HTMLElement;
  preventDefault(): void;
}) {
  if (event.key !== 'Tab') return;
  const controls = [...event.currentTarget.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (control) => canHaveFocus(control) && control.checkVisibility(),
  );
  const [first] = controls;
  const last = controls.at(-1);
  const { activeElement } = event.currentTarget.ownerDocument;
  const isAtEdge = activeElement === event.currentTarget || activeElement === (event.shiftKey ? first : last);
  if (!isAtEdge) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
