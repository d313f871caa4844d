import { expect, test, vi } from 'vitest';
import { readOptions } from './read-options';
import { callFunctionAt, sendableOptions } from './sendable-options';

/** Over the bridge, as the host page gives them. */
const read = (options: unknown) =>
  readOptions(sendableOptions(options, 'https://shop.example/'), async (path, ...args) =>
    callFunctionAt(options, path, args),
  );

test('every option of the first documentation works by its older name, and is named as it is called now', async () => {
  const onClick = vi.fn();
  const weather = vi.fn(async () => ({ sky: 'clear' }));
  const { options, problems, notices } = read({
    apiURL: '/chatkit',
    fetch: async () => new Response('mine'),
    theme: 'dark',
    initialThread: null,
    clientTools: { weather },
    header: {
      customButtonLeft: { icon: 'settings-cog', onClick },
      customButtonRight: { icon: 'home', onClick },
    },
    newThreadView: {
      greeting: 'What can I help you build today?',
      prompts: [
        { name: 'Check a ticket', prompt: 'Can you check a ticket?', icon: 'search' },
        { name: 'Create a ticket', prompt: 'Can you create a ticket?', icon: 'write' },
      ],
    },
    messages: { feedback: true, annotations: true },
    composer: { attachments: { uploadStrategy: { type: 'hosted' }, maxCount: 3 } },
    entities: { onTagSearch: async () => [] },
  });
  expect(problems).toEqual([]);
  expect(options).toMatchObject({
    api: { url: '/chatkit' },
    theme: 'dark',
    header: { leftAction: { icon: 'settings-cog' }, rightAction: { icon: 'home' } },
    startScreen: {
      greeting: 'What can I help you build today?',
      prompts: [
        { label: 'Check a ticket', icon: 'search' },
        { label: 'Create a ticket', icon: 'write' },
      ],
    },
    threadItemActions: { feedback: true },
    composer: { attachments: { enabled: true, maxCount: 3 } },
  });
  expect(notices).toEqual([
    'Option "apiURL" is now called "api.url".',
    'Option "fetch" is now called "api.fetch".',
    'Option "newThreadView" is now called "startScreen".',
    'Option "clientTools" is now called "onClientTool".',
    'Option "messages" is now called "threadItemActions".',
    'Option "header.customButtonLeft" is now called "header.leftAction".',
    'Option "header.customButtonRight" is now called "header.rightAction".',
    'Option "startScreen.prompts.name" is now called "startScreen.prompts.label".',
    'Option "composer.attachments.uploadStrategy" is now called "api.uploadStrategy".',
  ]);
  options.header?.leftAction?.onClick();
  expect(onClick).toHaveBeenCalledOnce();
  expect(await options.onClientTool?.({ name: 'weather', params: { city: 'Ghent' } })).toEqual({
    sky: 'clear',
  });
  expect(weather).toHaveBeenCalledWith({ city: 'Ghent' });
  await expect(options.onClientTool?.({ name: 'toString', params: {} })).rejects.toThrow(
    'no client tool "toString"',
  );
});

test('a header that is true or false is one that is there or not', () => {
  const api = { url: '/chatkit' };
  expect(read({ api, header: false }).options.header).toEqual({ enabled: false });
  expect(read({ api, header: true })).toMatchObject({ options: { header: { enabled: true } }, problems: [] });
});

test('where an option has both of its names, the present one counts', () => {
  const { options, problems } = read({
    apiURL: '/older',
    api: { url: '/chatkit', uploadStrategy: { type: 'two_phase' } },
    newThreadView: { greeting: 'Older' },
    startScreen: { greeting: 'Now' },
    composer: { attachments: { enabled: false, uploadStrategy: { type: 'direct', uploadUrl: '/files' } } },
  });
  expect(problems).toEqual([]);
  expect(options.api).toEqual({ url: '/chatkit', uploadStrategy: { type: 'two_phase' } });
  expect(options.startScreen).toEqual({ greeting: 'Now' });
  expect(options.composer?.attachments).toEqual({ enabled: false });
});

test('what is wrong in an older option is reported by its present name', () => {
  expect(read({ apiURL: 7 }).problems).toEqual(['Option "api.url" must be a string: it was ignored.']);
  expect(read({ api: { url: '/chatkit' }, newThreadView: { greeting: 7 } }).problems).toEqual([
    'Option "startScreen.greeting" must be a string: it was ignored.',
  ]);
});

test('options by their present names cause no notice', () => {
  expect(read({ api: { url: '/chatkit' }, header: { enabled: false }, theme: 'light' }).notices).toEqual([]);
});
