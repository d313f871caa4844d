import { createRoot } from 'react-dom/client';
import { PicturePage } from './PicturePage';
import { Workshop } from './Workshop';
import './workshop.css';

const root = document.getElementById('root');
const picture = /^#picture-(light|dark)$/.exec(location.hash)?.[1];
if (root && picture) {
  document.documentElement.dataset.theme = picture;
  createRoot(root).render(<PicturePage />);
} else if (root) {
  createRoot(root).render(<Workshop />);
}
