/** What text fields have in common beyond their looks. */

import { type RefObject, useEffect, useRef } from 'react';
import { useText } from '../language/language';

/** Password managers look at these marks; fields of a chat are none of theirs unless the widget allows it. */
export const autofill = (allowed: unknown) =>
  allowed === true ? {} : { 'data-1p-ignore': '', 'data-lpignore': 'true', 'data-bwignore': 'true' };

/** Once, when the field appears: `autoFocus` and `autoSelect` (which also selects whenever it is focused). */
export function useFocusOnMount<T extends HTMLInputElement | HTMLTextAreaElement>(
  props: Record<string, unknown>,
): RefObject<T | null> {
  const ref = useRef<T>(null);
  const focuses = props.autoFocus === true;
  const selects = props.autoSelect === true;
  useEffect(() => {
    const field = ref.current;
    if (!field) return;
    if (focuses) field.focus({ preventScroll: true });
    if (!selects) return;
    const select = () => field.select();
    if (document.activeElement === field) select();
    field.addEventListener('focus', select);
    return () => field.removeEventListener('focus', select);
  }, [focuses, selects]);
  return ref;
}

/** As the attribute of an input, but for text areas too, and without a console error for a pattern that is none. */
export function usePattern(ref: RefObject<HTMLInputElement | HTMLTextAreaElement | null>, pattern: unknown) {
  const { pattern: message } = useText().widgets;
  const check = () => {
    const field = ref.current;
    const rule = ruleOf(pattern);
    const wrong = field?.value && rule && !rule.test(field.value);
    field?.setCustomValidity(wrong ? message : '');
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rule is a function of the pattern
  useEffect(check, [pattern, message]);
  return check;
}

function ruleOf(pattern: unknown): RegExp | null {
  if (typeof pattern !== 'string' || !pattern) return null;
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return null;
  }
}
