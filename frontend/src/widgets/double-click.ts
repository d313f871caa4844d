import { type MouseEvent, useRef } from 'react';

/**
 * A double click is one click, on what stood there first: an action that is quick may have put another button under
 * the pointer by its second half, such as "Confirm" in the place of "Review". Whoever clicks twice on what stays the
 * same, such as "One more", means it.
 *
 * `action`: the type of what the button does now. Gives whether a click counts.
 */
export function useDoubleClick(action: string | undefined) {
  /** What it did when it was clicked first; null for a button that has just come. */
  const first = useRef<string | undefined | null>(null);
  return ({ detail }: Pick<MouseEvent, 'detail'>): boolean => {
    // 0: by the keyboard.
    if (detail <= 1) first.current = action;
    return detail <= 1 || first.current === action;
  };
}
