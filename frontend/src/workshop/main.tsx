import { createRoot } from 'react-dom/client';
import { Picture } from './Picture';
import { Workshop } from './Workshop';
import './workshop.css';

const root = document.getElementById('root');
const picture = /^#picture-(light|dark)$/.exec(location.hash)?.[1];
if (root && picture) {
  document.documentElement.dataset.theme = picture;
  createRoot(root).render(<Picture />);
} else if (root) {
  createRoot(root).render(<Workshop />);
}
