/*
 * <openai-chatkit>: the tag that @openai/chatkit-react and plain pages use, with our frame behind it.
 *
 * The frame greets its parent each time it loads (moving the element in the document reloads it); the
 * element answers the window it created, at the origin it was loaded from, with a fresh message port. All calls
 * wait for the latest frame; options set meanwhile are sent when it connects. The frame checks them, so a host
 * page gets errors about wrong ones after "ready": listeners are usually attached after the first setOptions.
 */
import type { ChatKitOptions, OpenAIChatKit } from '@openai/chatkit';
import type { EventName, FrameApi, HostApi } from '../bridge/contract';
import { HELLO, PORT } from '../bridge/handshake';
import { type Remote, remoteCalls } from '../bridge/remote-calls';
import { type Send, serveRequest } from '../bridge/serve-request';
import { callFunctionAt, readEnterKey, sendableOptions } from '../options/sendable-options';
import { sendWithProgress } from '../resumable-fetch/send-with-progress';

type Frame = Remote<FrameApi>;
type Args<K extends keyof FrameApi> = Parameters<FrameApi[K]>;

/** Long enough for a slow phone; a frame that was refused never sends anything at all. */
const PATIENCE_MS = 15_000;
const UNREACHABLE =
  'The chat frame did not load. Check that this page is listed in frame-ancestors of the chat server, and the server in frame-src of this page.';

/** Reports the progress of an upload, which no fetch can. */
const plainFetch: Send = (url, { onSent, ...init }) =>
  onSent ? sendWithProgress(url, init, onSent) : fetch(url, init);

function coming() {
  let resolve = (_: Frame) => {};
  const promise = new Promise<Frame>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

export class ChatKitElement extends HTMLElement implements OpenAIChatKit {
  /** Where frame.html stands; set once, from the address of the script itself. */
  static frameUrl = '';

  #iframe: HTMLIFrameElement | null = null;
  #options: ChatKitOptions | null = null;
  #frame = coming();
  #isReady = false;
  /** Fires when the frame it was made for is no longer there. */
  #gone = new AbortController();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ':host{display:block;min-height:0}iframe{display:block;width:100%;height:100%;border:0;color-scheme:normal;opacity:0}iframe[data-ready]{opacity:1}',
    );
    root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    if (!this.#options) return;
    this.#mount();
  }

  disconnectedCallback() {
    removeEventListener('message', this.#onMessage);
    this.#gone.abort();
    this.#iframe?.remove();
    this.#iframe = null;
    if (this.#isReady) this.#frame = coming();
    this.#isReady = false;
  }

  setOptions(options: ChatKitOptions) {
    this.#options = options;
    if (this.#iframe) this.#iframe.title = this.#title;
    else if (this.isConnected) this.#mount();
    if (this.#isReady) void this.#frame.promise.then((frame) => this.#sendOptions(frame));
  }

  focusComposer = () => this.#call('focusComposer');
  setThreadId = (...args: Args<'setThreadId'>) => this.#call('setThreadId', ...args);
  sendUserMessage = (...args: Args<'sendUserMessage'>) => this.#call('sendUserMessage', ...args);
  setComposerValue = (...args: Args<'setComposerValue'>) => this.#call('setComposerValue', ...args);
  fetchUpdates = () => this.#call('fetchUpdates');
  sendCustomAction = (...args: Args<'sendCustomAction'>) => this.#call('sendCustomAction', ...args);
  showHistory = () => this.#call('showHistory');
  hideHistory = () => this.#call('hideHistory');

  async #call<K extends keyof FrameApi>(name: K, ...args: Args<K>): Promise<void> {
    const frame = await this.#frame.promise;
    await (frame as (name: string, ...args: unknown[]) => Promise<unknown>)(name, ...args);
  }

  get #title() {
    return this.#options?.frameTitle || 'Chat';
  }

  #mount() {
    const iframe = document.createElement('iframe');
    iframe.src = ChatKitElement.frameUrl;
    iframe.title = this.#title;
    iframe.allow = 'clipboard-write; microphone';
    this.#iframe = iframe;
    addEventListener('message', this.#onMessage);
    this.shadowRoot?.replaceChildren(iframe);
    setTimeout(() => {
      if (iframe === this.#iframe && !this.#isReady) this.#fail(UNREACHABLE);
    }, PATIENCE_MS);
  }

  #onMessage = ({ data, source, origin }: MessageEvent) => {
    const frame = this.#iframe?.contentWindow;
    if (data !== HELLO || !frame || source !== frame) return;
    if (origin !== new URL(ChatKitElement.frameUrl).origin) return;
    this.#gone.abort();
    this.#gone = new AbortController();
    const { port1, port2 } = new MessageChannel();
    this.#gone.signal.addEventListener('abort', () => port1.close());
    const call: Frame = remoteCalls<FrameApi>(
      port1,
      this.#hostApi(this.#gone.signal, () => call),
    );
    frame.postMessage(PORT, origin, [port2]);
  };

  #hostApi(gone: AbortSignal, frame: () => Frame): HostApi {
    return {
      connect: () => this.#connected(frame()),
      request: (request, port) => {
        const api = this.#options?.api;
        const fetch = (api && 'fetch' in api && api.fetch) || plainFetch;
        void serveRequest(fetch as Send, request, port, gone);
      },
      invoke: (path, args) => callFunctionAt(this.#options, path, args),
      emit: (name, detail) => this.#emit(name, detail),
      fail: (message, name) => this.#fail(message, name),
    };
  }

  #connected(frame: Frame) {
    if (this.#isReady) this.#frame = coming();
    // Shown when it is drawn: an empty frame is white, whatever the scheme.
    const iframe = this.#iframe;
    void this.#sendOptions(frame).then(() => iframe?.setAttribute('data-ready', ''));
    this.#frame.resolve(frame);
    this.#isReady = true;
    this.#emit('ready');
  }

  async #sendOptions(frame: Frame) {
    try {
      const enterKey = readEnterKey(this.getAttribute('enter-key'));
      await frame('setOptions', {
        ...sendableOptions(this.#options, document.baseURI),
        ...(enterKey && { enterKey }),
      });
    } catch (error) {
      this.#fail(`The options cannot be read: ${error}`);
    }
  }

  #emit(name: EventName, detail?: unknown) {
    this.dispatchEvent(new CustomEvent(`chatkit.${name}`, { detail, bubbles: false }));
  }

  #fail(message: string, name = 'Error') {
    this.#emit('error', { error: Object.assign(new Error(message), { name }) });
  }
}
