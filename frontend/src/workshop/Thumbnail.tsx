/* A widget drawn small, to be looked at only: nothing in it can be clicked or reached by the keyboard. */
import { type CSSProperties, useLayoutEffect, useRef, useState } from 'react';
import { RenderedWidget } from './RenderedWidget';

type Props = { tree: unknown; scale?: number; isWhole?: boolean };

/** isWhole: smaller than `scale` where it would be cut otherwise. */
export function Thumbnail({ tree, scale = 0.7, isWhole = false }: Props) {
  const picture = useRef<HTMLDivElement>(null);
  const [fitting, setFitting] = useState(1);
  useLayoutEffect(() => {
    const frame = picture.current;
    const drawn = frame?.firstElementChild as HTMLElement | null;
    if (!isWhole || !frame || !drawn) return;
    // Charts and icons come later than the frame around them.
    const sizes = new ResizeObserver(() => setFitting(frame.clientHeight / drawn.offsetHeight));
    sizes.observe(frame);
    sizes.observe(drawn);
    return () => sizes.disconnect();
  }, [isWhole]);
  return (
    <div
      ref={picture}
      className="ws-thumbnail"
      data-whole={isWhole ? '' : undefined}
      inert
      style={{ '--scale': scale, '--fitting': Math.min(scale, fitting) } as CSSProperties}
    >
      <div>
        <RenderedWidget tree={tree} />
      </div>
    </div>
  );
}
