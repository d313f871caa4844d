import { useEffect, useRef } from 'react';

/** For a button that makes way for what it opens: when that is left, the button is there again and has the focus. */
export function useFocusReturn() {
  const opener = useRef<HTMLButtonElement>(null);
  const isDue = useRef(false);
  useEffect(() => {
    if (!isDue.current || !opener.current) return;
    isDue.current = false;
    opener.current.focus();
  });
  return {
    opener,
    returnFocus() {
      isDue.current = true;
    },
  };
}
