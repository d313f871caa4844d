import { useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { useStore } from '../store';
import type { Announcer } from './announcer';

/**
 * There from the beginning: what is in a live region when it appears is not read. In a shadow tree, because its words
 * stand in the page a second time: a search for one, or the tests of a host page, should find what is on the screen.
 */
export function LiveRegion({ announcer }: { announcer: Announcer }) {
  const host = useRef<HTMLDivElement>(null);
  const [root, setRoot] = useState<ShadowRoot | null>(null);
  useLayoutEffect(() => {
    setRoot((known) => known ?? host.current?.attachShadow({ mode: 'closed' }) ?? null);
  }, []);
  return (
    <div ref={host} className="visually-hidden">
      {root && createPortal(<Announcements announcer={announcer} />, root)}
    </div>
  );
}

function Announcements({ announcer }: { announcer: Announcer }) {
  const said = useStore(announcer.said);
  return (
    <div aria-live="polite" aria-relevant="additions" aria-atomic={false}>
      {said.map(({ id, text }) => (
        <p key={id} dir="auto">
          {text}
        </p>
      ))}
    </div>
  );
}
