import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { App } from '../App';
import { appLanguageFor } from './app-language';
import { type AppText, en } from './en';

/** The whole panel is there once for each of them. */
const LANGUAGES = ['de', 'ja', 'ar'];
/** Names that are the same everywhere. */
const NAMES = new Set(['React', 'ChatKit Link', 'Support']);

const agents = { default: 'a', agents: [{ id: 'a', name: 'A', url: 'chatkit/a', prompts: [] }] };
/** One row of each list, and an option that is changed in each section that is. */
const chosen = {
  startScreen: { prompts: [{}] },
  composer: { tools: [{}], models: [{}] },
  theme: { color: { accent: { primary: '#123456' } } },
};

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  history.replaceState(null, '', '/');
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal('fetch', async (url: string) =>
    Response.json(String(url).includes('threads') ? { pinned: [], threads: [], after: null } : agents),
  );
});

/** Opens the page in a language, with something in each list. */
async function open(tag: string): Promise<AppText> {
  localStorage.setItem('chatkit-link:options', JSON.stringify({ ...chosen, locale: tag }));
  localStorage.setItem('chatkit-link:element', 'official');
  localStorage.setItem(
    'chatkit-link:workflows',
    '[{"id":"wf_a","label":"Support"},{"id":"wf_b","label":""}]',
  );
  render(<App />);
  const { text } = await appLanguageFor([tag]);
  await screen.findByRole('button', { name: text.sidebar.settings });
  return text;
}

/** All that a person sees or hears, but what is marked as code or as another language. */
function wordsOf(root: HTMLElement): string[] {
  return [root, ...root.querySelectorAll<HTMLElement>('*')]
    .filter((element) => !element.closest(':not(html)[lang], pre, bdi, datalist, option[value*="-"]'))
    .flatMap((element) => [
      ...[...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent),
      ...['aria-label', 'title', element.dir === 'ltr' ? '' : 'placeholder'].map((name) =>
        element.getAttribute(name),
      ),
    ])
    .map((words) => words?.trim() ?? '')
    .filter((words) => /\p{L}{3}/u.test(words) && !NAMES.has(words));
}

/** The words of a table; of those that take a value, what stands around it. */
const tableOf = (text: object): string[] =>
  Object.values(text).flatMap((value) => {
    if (typeof value === 'string') return [value];
    const parts = typeof value === 'function' ? String(value('\0')).split('\0') : tableOf(value);
    return parts.map((part) => part.trim()).filter((part) => /\p{L}{3}/u.test(part));
  });

/** What is in English, or in no table at all: written into the page by hand. */
function englishIn(root: HTMLElement, text: AppText): string[] {
  const own = new Set(tableOf(text));
  const english = new Set(tableOf(en).filter((words) => !own.has(words)));
  const isForeign = (words: string) =>
    text !== en && !/\p{Script=Latin}/u.test(text.sidebar.settings) && /^[\x20-\x7e’…]+$/.test(words);
  return wordsOf(root).filter((words) => !own.has(words) && (english.has(words) || isForeign(words)));
}

test('the walk finds English where there is some', async () => {
  await open('en');
  await userEvent.click(screen.getByRole('button', { name: 'Settings' }));
  const { text } = await appLanguageFor(['de']);
  const found = englishIn(screen.getByRole('complementary', { name: 'Settings' }), text);
  expect(found).toEqual(expect.arrayContaining(['Corners', 'Add a prompt', 'Reset', 'Close the settings']));
  expect(found.length).toBeGreaterThan(70);
}, 30_000);

test.each(LANGUAGES)(
  'no English is left in the settings in %s',
  async (tag) => {
    const text = await open(tag);
    await userEvent.click(screen.getByRole('button', { name: text.sidebar.settings }));
    const panel = screen.getByRole('complementary', { name: text.sidebar.settings });
    expect(panel.closest('[lang]')).toBe(document.documentElement);
    expect(document.documentElement.dir).toBe(tag === 'ar' ? 'rtl' : 'ltr');
    expect(wordsOf(panel)).toContain(text.fields.radius);
    expect(englishIn(panel, text)).toEqual([]);

    await userEvent.click(within(panel).getByText(text.settings.tabs.code));
    const choice = within(panel).getByLabelText(text.code.signIn);
    for (const [signIn, about] of [
      ['visitors', text.code.visitorsAbout],
      ['token', text.code.tokenAbout],
      ['session', text.code.sessionAbout],
    ] as const) {
      await userEvent.selectOptions(choice, signIn);
      expect(panel.textContent).toContain(about);
      expect(englishIn(panel, text)).toEqual([]);
    }
    expect(panel.querySelector('pre')?.dir).toBe('ltr');
  },
  30_000,
);

test.each(LANGUAGES)(
  'no English is left in Import and its forms in %s',
  async (tag) => {
    const text = await open(tag);
    await userEvent.click(screen.getByRole('button', { name: text.sidebar.import }));
    const dialog = screen.getByRole('dialog', { name: text.leaving.title });
    const list = within(dialog);
    expect(englishIn(dialog, text)).toEqual([]);

    await userEvent.click(list.getByText(text.apiKey.add));
    const key = list.getByLabelText(text.apiKey.label);
    for (const [typed, problem] of [
      ['{Enter}', text.apiKey.empty],
      ['a b{Enter}', text.apiKey.characters],
      ['{Backspace}{Backspace}{Backspace}wf_a{Enter}', text.apiKey.isWorkflow],
    ] as const) {
      await userEvent.type(key, typed);
      expect(list.getByRole('alert').textContent).toBe(problem);
    }
    expect(englishIn(dialog, text)).toEqual([]);
    await userEvent.clear(key);
    await userEvent.type(key, 'sk-good{Enter}');
    expect(dialog.textContent).toContain(text.apiKey.end('good'));

    await userEvent.click(list.getByText(text.hosted.add));
    await userEvent.type(list.getByLabelText(text.hosted.id), 'asst_1{Enter}');
    expect(list.getByRole('alert').textContent).toBe(text.hosted.idProblem);
    expect(englishIn(dialog, text)).toEqual([]);

    const file = new File(['[{"id":"wf_a"},{"id":"wf_c"},{"id":"x"}]'], 'a.json', {
      type: 'application/json',
    });
    await userEvent.upload(list.getByLabelText(text.hosted.file), file);
    const result = await list.findByRole('status');
    expect(result.textContent).toContain(text.workflowFile.leftOut((1).toLocaleString(tag)));
    await userEvent.click(list.getByRole('button', { name: text.hosted.delete('Support') }));
    expect(list.getByRole('status').textContent).toContain(text.hosted.removed('Support'));
    expect(englishIn(dialog, text)).toEqual([]);
  },
  30_000,
);
