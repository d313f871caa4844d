import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { FrameApi, HostApi, Kept } from '../bridge/contract';
import { portOfHost } from '../bridge/handshake';
import { remoteCalls } from '../bridge/remote-calls';
import type { SentOptions } from '../options/sendable-options';
import { Chat } from './chat';
import { Frame } from './Frame';
import { FrameBoundary } from './FrameBoundary';
import { tolerateForeignNodes } from './foreign-nodes';
import { hostOver } from './host';
import { showItem } from './thread/show-item';
import './frame.css';

async function start(root: HTMLElement) {
  tolerateForeignNodes();
  const { port, origin } = await portOfHost();
  let chat: Chat | null = null;
  let mounted = () => {};
  const started = new Promise<void>((resolve) => {
    mounted = resolve;
  });

  // The first options make the chat; calls that come before them wait for it.
  const whenStarted = async () => {
    await started;
    return chat as Chat;
  };
  const api: FrameApi = {
    async setOptions(options: SentOptions, kept?: Kept) {
      if (chat) return chat.setOptions(options);
      const started = new Chat(host, options, kept);
      chat = started;
      // No other language may flash by. One that cannot be loaded is no reason for an empty frame.
      await started.languageReady.catch(() => {});
      // Drawn when this returns, because then the frame becomes visible.
      flushSync(() =>
        createRoot(root).render(
          <FrameBoundary chat={started} fail={host.fail}>
            <Frame chat={started} />
          </FrameBoundary>,
        ),
      );
      mounted();
    },
    focusComposer: async () => (await whenStarted()).methods.focusComposer(),
    setThreadId: async (id, itemId) => {
      const { methods, view } = await whenStarted();
      await methods.setThreadId(id);
      if (id && itemId) await showItem(view.value.conversation, itemId);
    },
    sendUserMessage: async (message) => (await whenStarted()).methods.sendUserMessage(message),
    setComposerValue: async (value) => (await whenStarted()).methods.setComposerValue(value),
    fetchUpdates: async () => (await whenStarted()).methods.fetchUpdates(),
    sendCustomAction: async (action, itemId) =>
      (await whenStarted()).methods.sendCustomAction(action, itemId),
    showHistory: async () => (await whenStarted()).methods.showHistory(),
    hideHistory: async () => (await whenStarted()).hideHistory(),
  };
  const call = remoteCalls<HostApi>(port, api);
  const host = hostOver(call, origin);
  await call('connect');
}

const root = document.getElementById('root');
if (root) void start(root);
