/* The widget on a phone, in a chat and on a tablet at once, made smaller together where there is no space for all. */
import { type ComponentProps, type CSSProperties, useEffect, useRef, useState } from 'react';
import { RenderedWidget } from '../RenderedWidget';
import { WIDTHS } from './widths';

const GAP = 24;
const ALL = WIDTHS.reduce((sum, { outer }) => sum + outer, GAP * (WIDTHS.length - 1));

export function SideBySide(props: ComponentProps<typeof RenderedWidget>) {
  const box = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? ALL;
      // Where not even half of the size fits, they stand below each other.
      setScale(
        width < ALL / 2 ? Math.min(1, width / Math.max(...WIDTHS.map(({ outer }) => outer))) : width / ALL,
      );
    });
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      ref={box}
      className="ws-sizes"
      style={{ '--scale': Math.min(1, scale), '--gap': `${GAP}px` } as CSSProperties}
    >
      {WIDTHS.map(({ name, label, outer }) => (
        <section
          key={name}
          className="ws-size"
          aria-label={label}
          style={{ '--outer': `${outer}px` } as CSSProperties}
        >
          <h3>
            {label} <small>{outer} px</small>
          </h3>
          <div className="ws-frame">
            <RenderedWidget {...props} />
          </div>
        </section>
      ))}
    </div>
  );
}
