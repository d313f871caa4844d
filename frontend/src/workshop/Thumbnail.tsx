/* A widget drawn small, to be looked at only: nothing in it can be clicked or reached by the keyboard. */
import type { CSSProperties } from 'react';
import { RenderedWidget } from './RenderedWidget';

export const Thumbnail = ({ tree, scale = 0.7 }: { tree: unknown; scale?: number }) => (
  <div className="ws-thumbnail" inert style={{ '--scale': scale } as CSSProperties}>
    <div>
      <RenderedWidget tree={tree} />
    </div>
  </div>
);
