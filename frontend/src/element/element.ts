/*
 * <openai-chatkit>: the tag that @openai/chatkit-react and plain pages use, with our frame behind it.
 *
 * The frame greets its parent each time it loads (moving the element in the document reloads it); the
 * element answers the window it created, at the origin it was loaded from, with a fresh message port. All calls
 * wait for the latest frame; options set meanwhile are sent when it connects, with what the last frame had open. The
 * frame checks them, so a host page gets errors about wrong ones after "ready": listeners are usually attached after
 * the first setOptions. A frame that does not greet was refused or is not there: `faults.ts` finds out why.
 */
import type { ChatKitOptions, OpenAIChatKit } from '@openai/chatkit';
import type { EventName, FrameApi, HostApi, Kept } from '../bridge/contract';
import { HELLO, PORT } from '../bridge/handshake';
import { type Remote, remoteCalls } from '../bridge/remote-calls';
import { type Send, serveRequest } from '../bridge/serve-request';
import { callFunctionAt, readEnterKey, sendableOptions } from '../options/sendable-options';
import { sendWithProgress } from '../resumable-fetch/send-with-progress';
import { faultOf, isDevelopment, type Refusal } from './faults';
import { apology } from './sentences';

type Frame = Remote<FrameApi>;
type Args<K extends keyof FrameApi> = Parameters<FrameApi[K]>;

/** Long enough for a slow phone, where the browser does not say when a frame was refused. */
const PATIENCE_MS = 15_000;
/** A frame greets before it is loaded; its greeting may be on its way. */
const GREETING_MS = 1_500;
/** For a page that calls a method first, and sets up the element in the same turn. */
const SET_UP_MS = 1_000;
const MISUSE = 'IntegrationError';
const WAITING = 'This chat waits for setOptions({ api: { url: … } }).';

const STYLE = `:host{display:block;min-height:0}
div{display:flex;flex-direction:column;height:100%}
iframe{flex:auto;min-height:0;width:100%;border:0;color-scheme:normal;opacity:0}
iframe[data-ready]{opacity:1}
p{flex:none;max-height:50%;overflow:auto;margin:0;padding:8px 12px;font:13px/1.4 system-ui,sans-serif;overflow-wrap:anywhere}
p[lang=en]{color:#4a3200;background:#fff4d6}`;

/** Options by their names in ChatKit's first documentation; what else had one, the frame knows. */
type Given = ChatKitOptions & { apiURL?: unknown; fetch?: typeof fetch };

/** Reports the progress of an upload, which no fetch can. */
const plainFetch: Send = (url, { onSent, ...init }) =>
  onSent ? sendWithProgress(url, init, onSent) : fetch(url, init);

type Coming = { promise: Promise<Frame>; resolve(frame: Frame): void; reject(error: Error): void };

function coming(): Coming {
  let [resolve, reject]: [Coming['resolve'], Coming['reject']] = [() => {}, () => {}];
  const promise = new Promise<Frame>((...settle) => {
    [resolve, reject] = settle;
  });
  // A failure is the business of those who call a method.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

export class ChatKitElement extends HTMLElement implements OpenAIChatKit {
  /** Where frame.html stands; set once, from the address of the script itself. */
  static frameUrl = '';
  /** What policies have refused on this page. */
  static refusals: Refusal[] = [];

  #iframe: HTMLIFrameElement | null = null;
  #box = document.createElement('div');
  #note = document.createElement('p');
  #options: Given | null = null;
  #kept: Kept = {};
  #frame = coming();
  #isReady = false;
  #isGivenUp = false;
  #usedSendAction = false;
  /** Fires when the frame it was made for is no longer there. */
  #gone = new AbortController();

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    root.append(this.#box);
    this.#note.role = 'alert';
  }

  connectedCallback() {
    if (this.#options) this.#mount();
    else
      setTimeout(() => {
        if (!this.#options) this.#display(WAITING);
      }, SET_UP_MS * 5);
  }

  disconnectedCallback() {
    removeEventListener('message', this.#onMessage);
    this.#gone.abort();
    this.#iframe?.remove();
    this.#iframe = null;
    if (this.#isReady || this.#isGivenUp) this.#frame = coming();
    this.#isReady = this.#isGivenUp = false;
    this.#giveUpUnlessSetUp(this.#frame);
  }

  /** A move that keeps the frame: without this method it would be a removal and an insertion. */
  connectedMoveCallback() {}

  setOptions(options: ChatKitOptions) {
    if (serverOf(this.#options) !== serverOf(options)) this.#kept = {};
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
  /** The name of ChatKit's first documentation. */
  sendAction = (...args: Args<'sendCustomAction'>) => {
    if (!this.#usedSendAction) console.info('<openai-chatkit>: sendAction is now called sendCustomAction.');
    this.#usedSendAction = true;
    return this.sendCustomAction(...args);
  };

  async #call<K extends keyof FrameApi>(name: K, ...args: Args<K>): Promise<void> {
    if (!this.#iframe) this.#giveUpUnlessSetUp(this.#frame);
    const frame = await this.#frame.promise.catch((error: Error) => {
      if (error.name === MISUSE) this.#fail(error.message, MISUSE);
      throw error;
    });
    await (frame as (name: string, ...args: unknown[]) => Promise<unknown>)(name, ...args);
  }

  /** Nobody waits for ever for an element that is not set up. */
  #giveUpUnlessSetUp(frame: Coming) {
    setTimeout(() => {
      if (this.#iframe || frame !== this.#frame) return;
      this.#frame = coming();
      const missing = this.isConnected ? 'setOptions was not called' : 'it is not in the document';
      const error = new Error(`<openai-chatkit> cannot do this: ${missing}.`);
      frame.reject(Object.assign(error, { name: MISUSE }));
    }, SET_UP_MS);
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
    this.#box.replaceChildren(iframe);
    const check = () => iframe === this.#iframe && !this.#isReady && void this.#explain(iframe);
    iframe.onload = () => setTimeout(check, GREETING_MS);
    setTimeout(check, PATIENCE_MS);
  }

  async #explain(iframe: HTMLIFrameElement) {
    const message = (await faultOf(ChatKitElement.frameUrl, ChatKitElement.refusals, true)) ?? '';
    if (iframe !== this.#iframe || this.#isReady) return;
    this.#misconfigured(message);
    this.#display(message, apology());
    this.#isGivenUp = true;
    this.#frame.reject(Object.assign(new Error(message), { name: 'ConfigurationError' }));
  }

  #onMessage = ({ data, source, origin }: MessageEvent) => {
    const frame = this.#iframe?.contentWindow;
    if (data !== HELLO || !frame || source !== frame) return;
    if (origin !== new URL(ChatKitElement.frameUrl).origin) return;
    this.#gone.abort();
    this.#gone = new AbortController();
    const { port1, port2 } = new MessageChannel();
    const { signal } = this.#gone;
    const call: Frame = remoteCalls<FrameApi>(
      port1,
      this.#hostApi(signal, () => call),
      signal,
    );
    frame.postMessage(PORT, origin, [port2]);
  };

  #hostApi(gone: AbortSignal, frame: () => Frame): HostApi {
    return {
      connect: () => this.#connected(frame()),
      request: (request, port) => {
        const { api, fetch } = this.#options ?? {};
        const { body } = request;
        const isBytes = body instanceof Blob && !(body instanceof File);
        const own = (!isBytes && (Object(api).fetch || fetch)) || plainFetch;
        void serveRequest(own as Send, request, port, gone);
      },
      invoke: (path, args) => callFunctionAt(this.#options, path, args),
      emit: (name, detail) => {
        if (name === 'thread.change') this.#kept.threadId = (detail as Kept).threadId;
        this.#emit(name, detail);
      },
      fail: (message, name) => this.#fail(message, name),
      misconfigured: (message) => {
        if (message) this.#misconfigured(message);
        this.#display(message);
      },
      faultOf: (url) => faultOf(url, ChatKitElement.refusals),
      keep: (composer) => {
        this.#kept.composer = composer;
      },
    };
  }

  #connected(frame: Frame) {
    // For those who wait, and for those who come later: the frame may have loaded anew, or have been given up.
    this.#frame.resolve(frame);
    this.#frame = coming();
    this.#frame.resolve(frame);
    this.#isReady = true;
    // Shown when it is drawn: an empty frame is white, whatever the scheme.
    const iframe = this.#iframe;
    void this.#sendOptions(frame, this.#kept).then(() => iframe?.setAttribute('data-ready', ''));
    this.#display('');
    this.#emit('ready');
  }

  async #sendOptions(frame: Frame, kept?: Kept) {
    try {
      const enterKey = readEnterKey(this.getAttribute('enter-key'));
      const options = sendableOptions(this.#options, document.baseURI);
      await frame('setOptions', { ...options, ...(enterKey && { enterKey }) }, kept);
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

  #misconfigured(message: string) {
    console.error(`<openai-chatkit>: ${message}`);
    this.#fail(message, 'ConfigurationError');
  }

  /** Above the frame, so that it covers nothing that works; `plain` is for visitors, who read it as text of the page. */
  #display(message: string, plain = '') {
    const isForDeveloper = message && isDevelopment(this);
    this.#note.lang = isForDeveloper ? 'en' : '';
    this.#note.textContent = isForDeveloper ? message : plain;
    if (this.#note.textContent) this.#box.prepend(this.#note);
    else this.#note.remove();
  }
}

/** Another server has other threads. */
function serverOf(options: Given | null): unknown {
  const { api, apiURL } = options ?? {};
  return Object(api).url ?? apiURL;
}
