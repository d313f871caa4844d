import { createRoot } from 'react-dom/client';
import { App } from './App';
import { migrateLegacyStorage } from './legacy-storage';
import './app.css';
import './sidebar.css';
import './threads/threads.css';
import './hosted/dialog.css';
import './settings/settings.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App migrationNotice={migrateLegacyStorage()} />);
