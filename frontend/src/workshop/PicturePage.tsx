/* One widget and nothing else, for `chatkit-link widgets render --png`. */
import { use } from 'react';
import { RenderedWidget } from './RenderedWidget';

const tree = fetch('./picture.json').then((response) => response.json());

export function PicturePage() {
  return (
    <div className="picture">
      <RenderedWidget tree={use(tree)} />
    </div>
  );
}
