// @vitest-environment jsdom
import type { ChatKitOptions } from '@openai/chatkit';
import { expect, test } from 'vitest';
import { readOptions } from '../../options/read-options';
import { sendableOptions } from '../../options/sendable-options';
import { en } from '../language/en';
import { type CodeFor, codeFor } from './embed-code';
import { piecesOf } from './highlight';
import { completeOptions, mergeOptions, type OptionData, withValue } from './option-values';
import { withSamples } from './samples';

const chosen = (...entries: [string, unknown][]) =>
  entries.reduce<OptionData>((data, [path, value]) => withValue(data, path, value), {});

/** Everything the panel can set. */
const EVERYTHING = chosen(
  ['theme.radius', 'sharp'],
  ['theme.typography.fontFamily', "'Times', serif"],
  ['theme.color.accent.primary', '#ff0000'],
  ['theme.color.grayscale.hue', 10],
  ['theme.color.surface.background', '#fafafa'],
  ['header.leftAction.icon', 'menu'],
  ['startScreen.greeting', 'It’s "ready"</script><!-- \\ \n'],
  ['startScreen.prompts', [{ label: 'A', prompt: 'a' }, { label: 'not yet' }]],
  ['composer.attachments.maxCount', 3],
  ['composer.tools', [{ id: 'find', label: 'Find', icon: 'search', pinned: true }]],
  ['composer.models', [{ id: 'm' }]],
  ['disclaimer.highContrast', true],
  ['entities.onTagSearch', 'sample'],
  ['commands.enabled', true],
  ['locale', 'de'],
);
const whole = completeOptions(EVERYTHING, 'light');
const problemsOf = (options: unknown) =>
  readOptions(sendableOptions(options, 'http://localhost/'), async () => undefined).problems;

test('a value that is taken back leaves no empty groups', () => {
  const data = chosen(['theme.color.accent.primary', '#ff0000'], ['locale', 'de']);
  expect(withValue(data, 'theme.color.accent.primary', undefined)).toEqual({ locale: 'de' });
});

test('what was chosen lies over what the connection brings, and lists replace each other', () => {
  expect(mergeOptions({ a: { b: 1, c: [1, 2] } }, { a: { c: [3] }, d: 4 })).toEqual({
    a: { b: 1, c: [3] },
    d: 4,
  });
});

test('ChatKit’s types get what they ask for beside a choice, and rows that are not filled in wait', () => {
  expect(whole).toMatchObject({
    theme: {
      color: {
        accent: { primary: '#ff0000', level: 1 },
        grayscale: { hue: 10, tint: 4 },
        surface: { background: '#fafafa', foreground: '#fafafa' },
      },
    },
    composer: { attachments: { enabled: false, maxCount: 3 } },
    startScreen: { prompts: [{ label: 'A', prompt: 'a' }] },
  });
  expect(whole.disclaimer).toBeUndefined();
  expect((whole.composer as OptionData).models).toBeUndefined();
});

test('a name of an icon that is being typed is left out until it is one', () => {
  const row = (icon: string) => {
    const data = completeOptions(
      chosen(['startScreen.prompts', [{ label: 'A', prompt: 'a', icon }]]),
      'light',
    );
    return (data.startScreen as { prompts: OptionData[] }).prompts[0];
  };
  expect(row('spark')).toEqual({ label: 'A', prompt: 'a' });
  expect(row('sparkle')).toEqual({ label: 'A', prompt: 'a', icon: 'sparkle' });
  expect(row('lucide:rocket')).toHaveProperty('icon', 'lucide:rocket');
});

test('every option of the panel is one that the element knows', () => {
  const options = {
    api: { url: '/chatkit', domainKey: 'local' },
    ...withSamples(whole, () => {}, en.notices),
  };
  expect(problemsOf(options)).toEqual([]);
});

const wanted: CodeFor = {
  language: 'html',
  signIn: 'visitors',
  options: whole,
  url: 'https://chat.example.com/chatkit/support',
  domainKey: 'local',
  uploadUrl: 'https://chat.example.com/files',
  server: 'https://chat.example.com/',
  isOfficial: false,
  scheme: 'dark',
};

/** The options that the code of a page sets. */
function optionsIn(code: string): ChatKitOptions {
  const script = new DOMParser().parseFromString(code, 'text/html').querySelector('script:not([src])');
  let given: ChatKitOptions | undefined;
  const element = {
    setOptions(options: ChatKitOptions) {
      given = options;
    },
  };
  new Function('document', 'matchMedia', script?.textContent ?? '')(
    { getElementById: () => element },
    () => ({ matches: true }),
  );
  return given as unknown as ChatKitOptions;
}

test('the code of a page sets what was seen, whatever was typed', () => {
  const options = optionsIn(codeFor(wanted));
  const plain = JSON.parse(JSON.stringify({ ...options, api: undefined, entities: undefined }));
  const seen = JSON.parse(
    JSON.stringify(withSamples({ ...whole, entities: undefined }, () => {}, en.notices)),
  );
  expect(plain).toEqual({ ...seen, theme: { colorScheme: 'dark', ...seen.theme } });
  expect(problemsOf(options)).toEqual([]);
});

test('the samples in the code work', async () => {
  const { entities, commands } = optionsIn(codeFor(wanted));
  expect(await entities?.onTagSearch?.('ada')).toHaveLength(1);
  expect(await entities?.onRequestPreview?.({ id: 'a', title: 'Ada' })).toMatchObject({
    preview: { type: 'Basic' },
  });
  expect(await commands?.onSearch?.('nothing like it')).toEqual([]);
});

test('a scheme that follows the system does so on the other page, too', () => {
  expect(optionsIn(codeFor({ ...wanted, scheme: 'system' })).theme).toMatchObject({ colorScheme: 'dark' });
});

test('the code names the script of the element in use', () => {
  expect(codeFor(wanted)).toContain('src="https://chat.example.com/chatkit.js"');
  expect(codeFor({ ...wanted, isOfficial: true, language: 'react' })).toContain(
    'src="https://cdn.platform.openai.com/deployments/chatkit/chatkit.js"',
  );
});

test('the code of a hosted workflow asks a route of one’s own server and needs no fetch of ours', () => {
  const code = codeFor({ ...wanted, url: null });
  expect(optionsIn(code).api).toEqual({ getClientSecret: expect.any(Function) });
  expect(code).not.toContain('link.js');
});

test('the code for users who sign in sends their token, and that of a session asks for its secret', () => {
  const token = codeFor({ ...wanted, signIn: 'token' });
  expect(token).toContain('ChatKitLink.createFetch({');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the code of the page has it so
  expect(token).toContain("headers.set('Authorization', `Bearer ${token}`);");
  expect(token).toContain('src="https://chat.example.com/link.js"');
  const session = codeFor({ ...wanted, signIn: 'session' });
  expect(optionsIn(session).api).toEqual({ getClientSecret: expect.any(Function) });
  expect(session).toContain('it keeps the server key');
  expect(session).not.toContain('link.js');
});

test('highlighted code is the same code', () => {
  for (const language of ['html', 'react'] as const) {
    for (const signIn of ['token', 'session'] as const) {
      const code = codeFor({ ...wanted, language, signIn });
      const pieces = piecesOf(code);
      expect(pieces.map(({ text }) => text).join('')).toBe(code);
      const kinds = pieces.map(({ kind }) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['string', 'name', 'comment', null]));
    }
  }
});
