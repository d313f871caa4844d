import { useLayoutEffect, useRef } from 'react';
import { Children, keyed, type NodeProps } from './Node';
import { nodesOf } from './read-props';

const LASTS = { duration: 220, easing: 'cubic-bezier(0.2, 0, 0, 1)' };
const isStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** One child at a time: a new one fades in while the height goes from that of the old one to its own. */
export function Transition({ node }: NodeProps) {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef<{ key: string | undefined; height: number } | null>(null);
  const [child] = keyed(nodesOf(node.children).slice(0, 1));
  const key = child?.[0];

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const height = element.offsetHeight;
    const last = before.current;
    before.current = { key, height };
    if (!last || isStill()) return;
    if (last.height !== height) {
      element.animate([{ height: `${last.height}px` }, { height: `${height}px` }], LASTS);
    }
    if (last.key !== key) element.animate([{ opacity: 0 }, { opacity: 1 }], LASTS);
  });
  return (
    <div className="w-transition" ref={box}>
      <Children of={child?.[1]} />
    </div>
  );
}
