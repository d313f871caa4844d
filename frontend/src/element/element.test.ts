// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import type { ChatKitOptions } from '@openai/chatkit';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { FrameApi, HostApi } from '../bridge/contract';
import { HELLO, PORT } from '../bridge/handshake';
import { remoteCalls } from '../bridge/remote-calls';
import { ChatKitElement } from './element';

const origin = 'https://chat.example';
const options: ChatKitOptions = { api: { url: '/chatkit', domainKey: 'local' } };
let element: ChatKitElement;

beforeAll(() => {
  // jsdom draws nothing, so it has no constructable style sheets.
  vi.stubGlobal(
    'CSSStyleSheet',
    class {
      replaceSync() {}
    },
  );
  ChatKitElement.frameUrl = `${origin}/frame.html`;
  customElements.define('openai-chatkit', ChatKitElement);
});
beforeEach(() => {
  element = document.createElement('openai-chatkit') as unknown as ChatKitElement;
  document.body.append(element);
});
afterEach(() => element.remove());

const iframe = () => element.shadowRoot?.querySelector('iframe') as HTMLIFrameElement;

/** Says hello as the frame would, and returns the port the element answers with, if it does. */
function hello(from: { origin?: string; source?: object } = {}) {
  // jsdom gives an iframe inside a shadow root no window of its own.
  const frameWindow = { postMessage: vi.fn() };
  Object.defineProperty(iframe(), 'contentWindow', { value: frameWindow, configurable: true });
  const event = new MessageEvent('message', { data: HELLO, origin: from.origin ?? origin });
  Object.defineProperty(event, 'source', { value: from.source ?? frameWindow });
  dispatchEvent(event);
  const [word, target, ports] = (frameWindow.postMessage.mock.calls[0] ?? []) as [
    string,
    string,
    MessagePort[],
  ];
  return { word, target, port: ports?.[0] };
}

async function connected(methods: Partial<FrameApi> = {}) {
  const { port } = hello();
  const setOptions = vi.fn<FrameApi['setOptions']>();
  const frame = { ...methods, setOptions };
  const host = remoteCalls<HostApi>(port as MessagePort, frame);
  await host('connect');
  return { host, frame };
}

const nextEvent = (name: string) =>
  new Promise<unknown>((resolve) => {
    element.addEventListener(name, (event) => resolve((event as CustomEvent).detail), { once: true });
  });

test('nothing is loaded before there are options', () => {
  expect(iframe()).toBeNull();
  element.setOptions({ ...options, frameTitle: 'Support' });
  expect(iframe().src).toBe(`${origin}/frame.html`);
  expect(iframe().title).toBe('Support');
});

test('only our frame, from our origin, is let in', () => {
  element.setOptions(options);
  expect(hello({ origin: 'https://evil.example' }).port).toBeUndefined();
  expect(hello({ source: window }).port).toBeUndefined();
  expect(hello()).toMatchObject({ word: PORT, target: origin });
});

test('the host page gets "ready" and the frame gets the options', async () => {
  element.setOptions(options);
  const ready = nextEvent('chatkit.ready');
  const { frame } = await connected();
  await ready;
  await vi.waitFor(
    () =>
      expect(frame.setOptions).toHaveBeenCalledWith({ data: options, functions: [], base: document.baseURI }),
    10_000,
  );
});

test('the frame becomes visible when it has drawn its options, and not before', async () => {
  element.setOptions(options);
  let drawn = () => {};
  const setOptions = () => new Promise<void>((done) => (drawn = done));
  const host = remoteCalls<HostApi>(hello().port as MessagePort, { setOptions });
  await host('connect');
  expect(iframe().hasAttribute('data-ready')).toBe(false);
  await vi.waitFor(() => {
    drawn();
    expect(iframe().hasAttribute('data-ready')).toBe(true);
  }, 10_000);
});

test('new options replace the old ones and load nothing again', async () => {
  element.setOptions(options);
  const { frame } = await connected();
  const before = iframe();
  element.setOptions({ ...options, theme: 'dark' });
  await vi.waitFor(() => expect(frame.setOptions).toHaveBeenCalledTimes(2), 10_000);
  expect(frame.setOptions.mock.calls[1]).toMatchObject([{ data: { theme: 'dark' } }]);
  expect(iframe()).toBe(before);
});

test('a method called early waits for the frame', async () => {
  element.setOptions(options);
  const setThreadId = vi.fn(async () => {});
  const called = element.setThreadId('t');
  await connected({ setThreadId });
  await called;
  expect(setThreadId).toHaveBeenCalledWith('t');
});

test('what the frame finds wrong becomes an error event with its name', async () => {
  element.setOptions(options);
  const { host } = await connected();
  const error = nextEvent('chatkit.error');
  await host('fail', 'Unknown option "histroy": it was ignored.', 'InvalidFrameParamsError');
  expect(await error).toEqual({
    error: expect.objectContaining({
      name: 'InvalidFrameParamsError',
      message: 'Unknown option "histroy": it was ignored.',
    }),
  });
});

test('options that cannot be handed over are an error, too', async () => {
  element.setOptions(options);
  await connected();
  const error = nextEvent('chatkit.error');
  const looped: Record<string, unknown> = {};
  looped.self = looped;
  element.setOptions(looped as unknown as ChatKitOptions);
  expect(await error).toMatchObject({
    error: { message: expect.stringContaining('options cannot be read') },
  });
});

test('events of the frame become events of the element', async () => {
  element.setOptions(options);
  const { host } = await connected();
  const change = nextEvent('chatkit.thread.change');
  await host('emit', 'thread.change', { threadId: 't' });
  expect(await change).toEqual({ threadId: 't' });
});

test('functions of the host page run there, with their results', async () => {
  const onClientTool = vi.fn(async () => ({ city: 'Ghent' }));
  element.setOptions({ ...options, onClientTool });
  const { host } = await connected();
  const call = { name: 'where', params: {} };
  expect(await host('invoke', 'onClientTool', [call])).toEqual({ city: 'Ghent' });
  expect(onClientTool).toHaveBeenCalledWith(call);
});

test('a frame that goes away stops reading, and does not stop the answer', async () => {
  const cancel = vi.fn();
  let signal: AbortSignal | null | undefined;
  const fetch: typeof globalThis.fetch = async (_, init) => {
    signal = init?.signal;
    return new Response(new ReadableStream({ cancel }));
  };
  element.setOptions({ api: { url: '/chatkit', domainKey: 'local', fetch } });
  const { host } = await connected();
  const { port1, port2 } = new MessageChannel();
  const head = new Promise((resolve) => {
    port1.onmessage = resolve;
  });
  await host('request', { url: '/chatkit', method: 'POST', headers: {}, body: '{}' }, port2);
  await head;
  element.remove();
  await vi.waitFor(() => expect(cancel).toHaveBeenCalled(), 10_000);
  expect(signal?.aborted).toBe(false);
  port1.close();
});

test('requests go through the fetch of the options', async () => {
  const fetch = vi.fn(async () => new Response('ok'));
  element.setOptions({ api: { url: '/chatkit', domainKey: 'local', fetch } });
  const { host } = await connected();
  const { port1, port2 } = new MessageChannel();
  const messages: string[] = [];
  port1.onmessage = ({ data }) => messages.push(data.type);
  await host('request', { url: '/chatkit', method: 'POST', headers: {}, body: '{}' }, port2);
  await vi.waitFor(() => expect(messages).toEqual(['head', 'chunk', 'end']), 10_000);
  expect(fetch).toHaveBeenCalledWith('/chatkit', expect.objectContaining({ method: 'POST' }));
  port1.close();
});

test('it has the methods of the official types, and no others', () => {
  const types = readFileSync('node_modules/@openai/chatkit/types/index.d.ts', 'utf8');
  const own = types.slice(types.indexOf('interface OpenAIChatKit extends HTMLElement'));
  const named = [...own.slice(0, own.indexOf('\n}')).matchAll(/^ {2}(\w+)[(<]/gm)].map(
    ([, name]) => name as string,
  );
  const methods = [...new Set(named)].filter((name) => !/EventListener$/.test(name));
  expect(methods).toHaveLength(9);
  const prototype = Object.getOwnPropertyNames(ChatKitElement.prototype);
  const ours = [...Object.keys(element), ...prototype].filter(
    (name) => !['constructor', 'connectedCallback', 'disconnectedCallback'].includes(name),
  );
  expect(ours.sort()).toEqual(methods.sort());
});
