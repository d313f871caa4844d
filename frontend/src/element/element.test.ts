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
      expect(frame.setOptions).toHaveBeenCalledWith(
        { data: options, functions: [], base: document.baseURI },
        {},
      ),
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
  expect(frame.setOptions.mock.calls[1]?.[0]).toMatchObject({ data: { theme: 'dark' } });
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

test('methods of an element that is not set up, or not in the document, are rejected and wait for nothing', async () => {
  const outside = document.createElement('openai-chatkit') as unknown as ChatKitElement;
  outside.setOptions(options);
  const calls = [
    element.sendUserMessage({ text: 'hello' }),
    element.setThreadId('t'),
    outside.focusComposer(),
    outside.sendCustomAction({ type: 'buy' }),
  ];
  const reasons = (await Promise.allSettled(calls)).map((one) => one.status === 'rejected' && one.reason);
  expect(reasons.map(({ name, message }) => [name, message])).toEqual([
    ['IntegrationError', '<openai-chatkit> cannot do this: setOptions was not called.'],
    ['IntegrationError', '<openai-chatkit> cannot do this: setOptions was not called.'],
    ['IntegrationError', '<openai-chatkit> cannot do this: it is not in the document.'],
    ['IntegrationError', '<openai-chatkit> cannot do this: it is not in the document.'],
  ]);
});

test('a method that is called first waits for what follows in the same turn', async () => {
  const late = document.createElement('openai-chatkit') as unknown as ChatKitElement;
  const called = late.setThreadId('t');
  late.setOptions(options);
  element.replaceWith(late);
  element = late;
  const setThreadId = vi.fn(async () => {});
  await connected({ setThreadId });
  await called;
  expect(setThreadId).toHaveBeenCalledWith('t');
});

test('a method that the frame refuses is rejected with its name, and one under way when the frame goes', async () => {
  element.setOptions(options);
  const refused = Object.assign(new Error('Busy.'), { name: 'IntegrationError' });
  await connected({
    sendUserMessage: () => Promise.reject(refused),
    fetchUpdates: () => new Promise(() => {}),
  });
  await expect(element.sendUserMessage({ text: 'hello' })).rejects.toMatchObject({
    name: 'IntegrationError',
    message: 'Busy.',
  });
  const underWay = element.fetchUpdates();
  await Promise.resolve();
  element.remove();
  await expect(underWay).rejects.toMatchObject({ name: 'AbortError' });
});

test('an element that is moved gives its next frame what the last one had open', async () => {
  element.setOptions(options);
  const { host } = await connected();
  await host('emit', 'thread.change', { threadId: 't' });
  await host('keep', { draft: 'half a question' });
  document.body.append(document.createElement('section'));
  document.querySelector('section')?.append(element);
  const { frame } = await connected();
  const kept = { threadId: 't', composer: { draft: 'half a question' } };
  await vi.waitFor(() => expect(frame.setOptions).toHaveBeenCalledWith(expect.anything(), kept), 10_000);

  element.remove();
  element.setOptions({ api: { url: '/another', domainKey: 'local' } });
  document.body.append(element);
  const { frame: other } = await connected();
  await vi.waitFor(() => expect(other.setOptions).toHaveBeenCalledWith(expect.anything(), {}), 10_000);
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

test('a fetch that stands beside the api, as it first did, makes the requests', async () => {
  const fetch = vi.fn(async () => new Response('ok'));
  element.setOptions({ apiURL: '/chatkit', fetch } as unknown as ChatKitOptions);
  const { host } = await connected();
  const { port1, port2 } = new MessageChannel();
  await host('request', { url: '/chatkit', method: 'POST', headers: {}, body: '{}' }, port2);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled(), 10_000);
  port1.close();
});

test('sendAction is sendCustomAction, and says so once', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {});
  element.setOptions(options);
  const sendCustomAction = vi.fn(async () => {});
  await connected({ sendCustomAction });
  await element.sendAction({ type: 'example' }, 'w');
  await element.sendAction({ type: 'example' });
  expect(sendCustomAction.mock.calls).toEqual([[{ type: 'example' }, 'w'], [{ type: 'example' }]]);
  expect(info).toHaveBeenCalledOnce();
  info.mockRestore();
});

const noteOf = ({ shadowRoot }: ChatKitElement) =>
  shadowRoot?.querySelector('[role=alert]')?.textContent ?? null;

test('what is misconfigured stands above the chat in development, and nowhere else for a visitor', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  element.setOptions(options);
  const { host } = await connected();
  const reported = nextEvent('chatkit.error');
  await host('misconfigured', 'Start the server.');
  expect(await reported).toMatchObject({
    error: { name: 'ConfigurationError', message: 'Start the server.' },
  });
  expect(noteOf(element)).toBe('Start the server.');
  expect(iframe()).toBeTruthy();
  await host('misconfigured', '');
  expect(noteOf(element)).toBeNull();
  element.dataset.debug = 'false';
  await host('misconfigured', 'Start the server.');
  expect(noteOf(element)).toBeNull();
  expect(error).toHaveBeenCalledTimes(2);
  error.mockRestore();
});

test('an element that is never set up says so to its developer, until it is', () => {
  vi.useFakeTimers();
  const forgotten = document.createElement('openai-chatkit') as unknown as ChatKitElement;
  element.replaceWith(forgotten);
  element = forgotten;
  vi.advanceTimersByTime(10_000);
  expect(noteOf(element)).toContain('waits for setOptions(');
  element.setOptions(options);
  expect(noteOf(element)).toBeNull();
  vi.useRealTimers();
});

test('it has the methods of the official types, and one by its older name', () => {
  const types = readFileSync('node_modules/@openai/chatkit/types/index.d.ts', 'utf8');
  const own = types.slice(types.indexOf('interface OpenAIChatKit extends HTMLElement'));
  const named = [...own.slice(0, own.indexOf('\n}')).matchAll(/^ {2}(\w+)[(<]/gm)].map(
    ([, name]) => name as string,
  );
  const methods = [...new Set(named)].filter((name) => !/EventListener$/.test(name));
  expect(methods).toHaveLength(9);
  const prototype = Object.getOwnPropertyNames(ChatKitElement.prototype);
  const ours = [...Object.keys(element), ...prototype].filter(
    (name) => !/^constructor$|^\w+Callback$/.test(name),
  );
  // The first documentation calls sendCustomAction by another name.
  expect(ours.sort()).toEqual([...methods, 'sendAction'].sort());
});
