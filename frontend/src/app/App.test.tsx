import type { ChatKitOptions } from '@openai/chatkit';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';
import { storeApiKey } from './hosted/api-key';
import { readStored } from './local-storage';

/** Stands for whichever script defines the tag. */
class FakeElement extends HTMLElement {
  options: ChatKitOptions | null = null;
  setOptions(options: ChatKitOptions) {
    this.options = options;
  }
}
customElements.define('openai-chatkit', FakeElement);

const agent = (id: string, name: string, more = {}) => ({
  id,
  name,
  url: `chatkit/${id}`,
  prompts: [],
  ...more,
});
const research = agent('research', 'Research', { greeting: 'Hello' });
const both = { default: 'other', agents: [research, agent('other', 'Other')] };
let answer: () => Promise<Response>;
/** No agent has a thread yet. */
const nothing = { pinned: [], threads: [], after: null };

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, '', '/');
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal('fetch', (url: string) =>
    String(url).includes('chatkit/threads') ? Promise.resolve(Response.json(nothing)) : answer(),
  );
  answer = async () => Response.json(both);
});

const chatElement = () => document.querySelector<FakeElement>('openai-chatkit');
const addressed = () => {
  const api = chatElement()?.options?.api;
  return api && 'url' in api ? api.url : null;
};
const current = () => document.querySelector('.connection [aria-current]')?.textContent;
/** Hosted workflows stand behind it. */
const openImport = async () => userEvent.click(await screen.findByRole('button', { name: 'Import' }));

test('a server that cannot be reached is a sentence with a way on', async () => {
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  render(<App />);
  expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached.');
  const agents = screen.getByRole('navigation', { name: 'Agents' });
  expect(agents.textContent).toContain('The agents could not be loaded.');
  await userEvent.click(within(agents).getByRole('button', { name: 'Try again' }));
  expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached.');
  answer = async () => Response.json(both);
  await userEvent.click(within(screen.getByRole('alert')).getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(chatElement()).toBeTruthy());
  expect(agents.textContent).not.toContain('The agents could not be loaded.');
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a refusal is displayed in the words of the server, with what to do', async () => {
  answer = async () => Response.json({ detail: 'Sign in first.' }, { status: 401 });
  render(<App />);
  const alert = await screen.findByRole('alert');
  expect(alert.textContent).toContain('Sign in first. This page cannot sign you in');
  expect(alert.textContent).toContain('CHATKIT_LINK_ALLOW_ANONYMOUS=true');
});

test('the default agent opens at first, the one of the last visit later, and a link outranks both', async () => {
  const first = render(<App />);
  await waitFor(() => expect(addressed()).toContain('chatkit/other'));
  expect(location.search).toBe('?agent=other');
  await userEvent.click(screen.getByRole('link', { name: /^Research/ }));
  expect(addressed()).toContain('chatkit/research');
  expect(location.search).toBe('?agent=research');
  first.unmount();

  history.replaceState(null, '', '/');
  const second = render(<App />);
  await waitFor(() => expect(addressed()).toContain('chatkit/research'));
  second.unmount();

  history.replaceState(null, '', '/?agent=other&x=1');
  render(<App />);
  await waitFor(() => expect(addressed()).toContain('chatkit/other'));
  expect(location.search).toBe('?agent=other&x=1');
});

test('a link to an agent that is not there is reported, with a way on', async () => {
  history.replaceState(null, '', '/?agent=gone');
  render(<App />);
  expect((await screen.findByRole('alert')).textContent).toContain('no agent “gone”');
  await userEvent.click(screen.getByRole('button', { name: 'Open the default agent' }));
  expect(addressed()).toContain('chatkit/other');
});

test('a link to something that is no workflow is reported and adds nothing', async () => {
  history.replaceState(null, '', '/?workflow=<b>');
  render(<App />);
  expect((await screen.findByRole('alert')).textContent).toContain('is not the id of a workflow');
  expect(localStorage.getItem('chatkit-link:workflows')).toBeNull();
});

test('a shared workflow joins the list, keeps it when renamed, and comes back after it was deleted', async () => {
  history.replaceState(null, '', '/?workflow=wf_0123456789abcdef0123');
  render(<App />);
  await openImport();
  const list = await screen.findByRole('navigation', { name: 'Workflows hosted by OpenAI' });
  await waitFor(() => expect(current()).toContain('wf_01234…0123'));

  await userEvent.click(within(list).getByRole('button', { name: 'Rename wf_01234…0123' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Label' }), 'Support{Enter}');
  expect(current()).toContain('Support');

  await userEvent.click(within(list).getByRole('button', { name: 'Delete Support' }));
  await waitFor(() => expect(addressed()).toContain('chatkit/other'));
  expect(screen.queryByRole('link', { name: /Support/ })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(screen.getByRole('link', { name: /Support/ })).toBeTruthy();
});

test('several workflows are deleted one after the other, from the folded sidebar too', async () => {
  localStorage.setItem('chatkit-link:workflows', '[{"id":"wf_a","label":"A"},{"id":"wf_b","label":"B"}]');
  localStorage.setItem('chatkit-link:collapsed', 'yes');
  render(<App />);
  await openImport();
  const dialog = within(screen.getByRole('dialog', { name: 'Import from OpenAI' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Delete A' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Delete B' }));
  expect(JSON.parse(localStorage.getItem('chatkit-link:workflows') ?? '')).toEqual([]);
  expect(dialog.getByRole('status').textContent).toContain('“B” is no longer in the list.');
  await userEvent.click(dialog.getByRole('button', { name: 'Undo' }));
  expect(dialog.getByRole('button', { name: 'Delete B' })).toBeTruthy();
});

test('a key on the device leaves it when the tick is taken away, and the focus comes back', async () => {
  storeApiKey('sk-kept', true);
  render(<App />);
  await openImport();
  await userEvent.click(await screen.findByRole('button', { name: 'Change' }));
  const tick = screen.getByRole('checkbox', { name: 'Remember on this device' });
  await userEvent.click(tick);
  expect([readStored('openai-api-key', 'tab'), readStored('openai-api-key', 'device')]).toEqual([
    'sk-kept',
    null,
  ]);
  await userEvent.click(tick);
  expect(readStored('openai-api-key', 'device')).toBe('sk-kept');
  await userEvent.keyboard('{Escape}');
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Change' }));
  await userEvent.click(screen.getByRole('button', { name: 'Forget' }));
  expect(screen.queryByText(/^API key/)).toBeNull();
});

test('the window is named after what is open in it', async () => {
  history.replaceState(null, '', '/?agent=research');
  render(<App />);
  await waitFor(() => expect(document.title).toBe('Research · ChatKit Link'));
});

test('Escape leaves a label as it was', async () => {
  localStorage.setItem('chatkit-link:workflows', '[{"id":"wf_a","label":"Support"}]');
  render(<App />);
  await openImport();
  await userEvent.click(await screen.findByRole('button', { name: 'Rename Support' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Label' }), 'Other{Escape}');
  expect(screen.getByRole('link', { name: /^Support/ })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Rename Support' }));
});

test('an id that is none, or is there already, is refused with a sentence', async () => {
  localStorage.setItem('chatkit-link:workflows', '[{"id":"wf_a","label":""}]');
  render(<App />);
  await openImport();
  await userEvent.click(await screen.findByRole('button', { name: 'Add workflow' }));
  await userEvent.type(screen.getByLabelText('Workflow id'), 'asst_1{Enter}');
  expect(screen.getByRole('alert').textContent).toContain('begins with wf_');
  await userEvent.clear(screen.getByLabelText('Workflow id'));
  await userEvent.type(screen.getByLabelText('Workflow id'), ' https://a.example/?workflow=wf_a {Enter}');
  expect(screen.getByRole('alert').textContent).toContain('in the list already');
});

test('the theme goes from system to light to dark and is remembered', async () => {
  const first = render(<App />);
  await userEvent.click(screen.getByRole('button', { name: 'Theme: same as the system' }));
  await userEvent.click(screen.getByRole('button', { name: 'Theme: light' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  first.unmount();
  render(<App />);
  expect(screen.getByRole('button', { name: 'Theme: dark' })).toBeTruthy();
});

// The panel has hundreds of elements, and jsdom goes through all of them for each thing it is asked.
test('options of the panel reach the element at once, and Reset brings the agent’s own back', async () => {
  history.replaceState(null, '', '/?agent=research');
  render(<App />);
  await waitFor(() => expect(chatElement()?.options?.startScreen?.greeting).toBe('Hello'));
  await userEvent.click(screen.getByRole('button', { name: 'Settings' }));
  await userEvent.selectOptions(screen.getByLabelText('Corners'), 'sharp');
  await userEvent.type(screen.getByLabelText('Greeting'), 'Hi');
  await userEvent.click(screen.getByLabelText('Retry'));
  expect(chatElement()?.options).toMatchObject({
    theme: { colorScheme: 'light', radius: 'sharp' },
    startScreen: { greeting: 'Hi' },
    threadItemActions: { feedback: true, retry: false },
  });
  expect(screen.getByText('Options changed: 3')).toBeTruthy();
  await userEvent.click(screen.getByText('Reset'));
  expect(chatElement()?.options).toMatchObject({
    startScreen: { greeting: 'Hello' },
    threadItemActions: { retry: true },
  });
  expect(chatElement()?.options?.theme).toEqual({ colorScheme: 'light' });
}, 15_000);
