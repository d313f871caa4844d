import { createRoot } from 'react-dom/client';
import { Chat } from '../frame/chat';
import { languageFor } from '../language/language';
import { sendableOptions } from '../options/sendable-options';
import { NothingShared, SharedChat } from './SharedChat';
import { apiOf, hostOf, readSharedThread, THREAD } from './shared-thread';
import '../frame/frame.css';
import './shared.css';

async function start(element: HTMLElement) {
  const root = createRoot(element);
  const api = apiOf(location.href);
  const language = await languageFor(navigator.languages);
  document.documentElement.lang = language.tag;
  document.documentElement.dir = language.dir;
  try {
    const shared = await readSharedThread(api, language.locale);
    const options = {
      api: { url: new URL('../chatkit', location.href).href, domainKey: 'shared' },
      initialThread: THREAD,
      history: { enabled: false },
      threadItemActions: { feedback: false, retry: false },
    };
    const chat = new Chat(hostOf(shared), sendableOptions(options, location.href));
    root.render(<SharedChat chat={chat} shared={shared} api={api} language={language} />);
  } catch (error) {
    root.render(<NothingShared language={language} error={error} />);
  }
}

const root = document.getElementById('root');
if (root) void start(root);
