// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from 'vitest';
import { loadElement, OFFICIAL } from './load-element';

const builtIn = 'https://chat.example.com/chatkit.js';
const CDN = 'https://cdn.platform.openai.com';
let defined = false;

beforeEach(() => {
  document.head.replaceChildren();
  defined = false;
  vi.useFakeTimers();
  vi.spyOn(customElements, 'get').mockImplementation(() =>
    defined ? class extends HTMLElement {} : undefined,
  );
});

const script = (src: string) => {
  const found = document.querySelector<HTMLScriptElement>(`script[src="${src}"]`);
  if (!found) throw new Error(`${src} was not asked for`);
  return found;
};
function arrives(src: string) {
  defined = true;
  script(src).dispatchEvent(new Event('load'));
}
const fails = (src: string) => script(src).dispatchEvent(new Event('error'));
function violation(effectiveDirective: string, blockedURI: string) {
  const event = Object.assign(new Event('securitypolicyviolation'), {
    effectiveDirective,
    blockedURI,
    disposition: 'enforce',
  });
  document.dispatchEvent(event);
}
/** Lets what awaits a script go on. */
const settled = () => vi.advanceTimersByTimeAsync(0);

test('the built-in element loads no other script', async () => {
  const loading = loadElement({ choice: 'built-in', builtIn });
  arrives(builtIn);
  expect(await loading).toMatchObject({ source: 'built-in', reason: null });
  expect(document.querySelectorAll('script')).toHaveLength(1);
});

test('a page that has the tag already is left as it is', async () => {
  defined = true;
  expect((await loadElement({ builtIn })).source).toBe('present');
  expect(document.querySelector('script')).toBeNull();
});

test('auto takes OpenAI’s element when it comes', async () => {
  const loading = loadElement({ builtIn });
  arrives(OFFICIAL);
  expect(await loading).toMatchObject({ source: 'official', reason: null });
});

test('auto waits four seconds, and a script that comes later does not run any more', async () => {
  const loading = loadElement({ builtIn });
  const late = script(OFFICIAL);
  await vi.advanceTimersByTimeAsync(3_999);
  expect(document.querySelectorAll('script')).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(late.ownerDocument).not.toBe(document);
  arrives(builtIn);
  const { source, reason } = await loading;
  expect(source).toBe('built-in');
  expect(reason).toContain('within 4 seconds');
});

test('auto does not wait for what is kept out', async () => {
  const loading = loadElement({ builtIn });
  violation('script-src-elem', OFFICIAL);
  fails(OFFICIAL);
  await settled();
  arrives(builtIn);
  expect((await loading).reason).toContain(`add ${CDN} to its script-src`);
});

test('official alone reports why it could not be loaded', async () => {
  const loading = loadElement({ choice: 'official', builtIn });
  fails(OFFICIAL);
  await expect(loading).rejects.toThrow('the network or a content blocker');
});

async function official() {
  const loading = loadElement({ choice: 'official', builtIn });
  arrives(OFFICIAL);
  const loaded = await loading;
  return { ...loaded, element: document.createElement('div') };
}
const failed = (message: string) =>
  new CustomEvent('chatkit.error', { detail: { error: new Error(message) } });

test('an element that gets ready has no reason', async () => {
  const { element, whenReady } = await official();
  const ready = whenReady(element);
  element.dispatchEvent(new Event('chatkit.ready'));
  expect(await ready).toBeNull();
});

test('a frame that the page’s policy keeps out is reported with the directive to change', async () => {
  const { element, whenReady } = await official();
  const kept = whenReady(element);
  violation('img-src', `${CDN}/logo.png`);
  violation('frame-src', `${CDN}/deployments/chatkit/index.html`);
  expect(await kept).toContain(`add ${CDN} to its frame-src`);
});

test('a domain that OpenAI refuses is reported with the place to add it', async () => {
  const { element, whenReady } = await official();
  const refused = whenReady(element);
  element.dispatchEvent(failed('Domain verification failed'));
  expect(await refused).toMatch(/does not allow its chat on localhost.*domain-allowlist/);
});

test('an element that does not answer on localhost, which needs no allowing, was kept out on the way', async () => {
  const { element, whenReady } = await official();
  const reason = whenReady(element);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(await reason).toContain('content blocker');
});

test('an element of OpenAI’s that does not answer on a real domain points to the list of domains', async () => {
  vi.stubGlobal('location', { hostname: 'shop.example.com' });
  const { element, whenReady } = await official();
  const reason = whenReady(element, 100);
  await vi.advanceTimersByTimeAsync(100);
  expect(await reason).toContain('shop.example.com is not on OpenAI’s list');
});
