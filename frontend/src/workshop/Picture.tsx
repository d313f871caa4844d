/* One widget and nothing else, for `chatkit-link widgets render --png`. */
import { use } from 'react';
import { Widget } from './Widget';

const tree = fetch('./picture.json').then((response) => response.json());

export function Picture() {
  return (
    <div className="picture">
      <Widget tree={use(tree)} />
    </div>
  );
}
