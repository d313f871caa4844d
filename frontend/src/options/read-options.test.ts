import { expect, test, vi } from 'vitest';
import { readOptions } from './read-options';
import { callFunctionAt, sendableOptions } from './sendable-options';

const api = { url: '/chatkit', domainKey: 'local' };
/** Over the bridge, as the host page gives them. */
const read = (options: unknown) =>
  readOptions(sendableOptions(options, 'https://shop.example/'), async (path, ...args) =>
    callFunctionAt(options, path, args),
  );

test('every option that is right arrives as it was given', () => {
  const options = {
    api: { ...api, uploadStrategy: { type: 'direct', uploadUrl: '/files' } },
    locale: 'pt-BR',
    theme: {
      colorScheme: 'dark',
      radius: 'soft',
      density: 'compact',
      color: { accent: { primary: '#06f', level: 2 } },
    },
    initialThread: null,
    startScreen: {
      prompts: [{ label: 'Ask', prompt: [{ type: 'input_text', text: 'Hi' }], icon: 'lucide:rocket' }],
    },
    composer: {
      attachments: { enabled: true, maxSize: { 'image/*': 10 }, accept: { 'image/*': ['.png'] } },
      tools: [{ id: 'search', label: 'Search', icon: 'globe', pinned: true }],
      models: [{ id: 'm', label: 'M', disabled: true }],
    },
    commands: { enabled: true },
  };
  expect(read(options)).toEqual({ options, problems: [], notices: [] });
});

test('a misspelt option is named with its place, and the rest of its group stays', () => {
  const { options, problems } = read({ api, histroy: {}, composer: { placeholder: 'Ask', placeholdr: 'x' } });
  expect(problems).toEqual([
    'Unknown option "composer.placeholdr": it was ignored.',
    'Unknown option "histroy": it was ignored.',
  ]);
  expect(options).toEqual({ api, composer: { placeholder: 'Ask' } });
});

test.each(['pt_BR', 'zh-hant-HK', 'ZH-tw', 'sr-Latn-RS', 'tl'])('the locale %s is accepted', (locale) => {
  expect(read({ api, locale })).toMatchObject({ options: { locale }, problems: [] });
});

test('a wrong value is refused in a sentence that states what would be right', () => {
  const { options, problems } = read({
    api,
    theme: { radius: 'huge', density: 'compact', color: { grayscale: { hue: 400, tint: 3 } } },
    history: { enabled: 'yes' },
    locale: 'not a language',
    startScreen: { prompts: { label: 'x' } },
  });
  expect(problems).toEqual([
    'Option "locale" must be a language tag, such as "de" or "pt-BR": it was ignored.',
    'Option "theme.radius" must be one of "pill", "round", "soft", "sharp": it was ignored.',
    'Option "history.enabled" must be true or false: it was ignored.',
    'Option "startScreen.prompts" must be a list: it was ignored.',
  ]);
  expect(options).toMatchObject({
    theme: { density: 'compact', color: { grayscale: { hue: 360, tint: 3 } } },
    history: {},
    startScreen: {},
  });
  expect(options.theme).not.toHaveProperty('radius');
});

test('one tool that cannot be sent does not cost the others', () => {
  const { options, problems } = read({
    api,
    composer: { tools: [{ id: 'a', label: 'A', icon: 'globe' }, { label: 'No id' }, 7, null] },
  });
  expect(problems).toContain('Option "composer.tools.1.id" is missing.');
  expect(problems).toContain('Option "composer.tools.2" must be an object: it was ignored.');
  expect(options.composer?.tools?.map(({ id }) => id)).toEqual(['a']);
});

test('a missing, incomplete or mixed api is explained', () => {
  expect(read({})).toEqual({
    options: { api: null },
    problems: ['Option "api" is missing: set api.url or api.getClientSecret.'],
    notices: [],
  });
  expect(read({ api: { url: '/chatkit' } })).toMatchObject({
    options: { api: { url: '/chatkit' } },
    problems: [],
  });
  expect(read({ api: { ...api, domainKey: '' } }).problems).toEqual([
    'Option "api.domainKey" must be a string that is not empty: it was ignored.',
  ]);
  expect(read({ api: { ...api, getClientSecret: async () => '' } })).toEqual({
    options: { api },
    problems: ['Option "api" mixes "url" with "getClientSecret": keep one of them.'],
    notices: [],
  });
  expect(read(null).problems).toEqual(['setOptions needs an object with at least "api".']);
});

test('functions of the host page can be called from here', async () => {
  const onTagSearch = vi.fn(async () => [{ id: 'ann', title: 'Ann' }]);
  const { options, problems } = read({ api, entities: { onTagSearch }, onClientTool: 'no function' });
  expect(await options.entities?.onTagSearch?.('an')).toEqual([{ id: 'ann', title: 'Ann' }]);
  expect(onTagSearch).toHaveBeenCalledWith('an');
  expect(problems).toEqual(['Option "onClientTool" must be a function: it was ignored.']);
});
