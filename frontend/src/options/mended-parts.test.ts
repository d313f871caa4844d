import { expect, test } from 'vitest';
import { CHATKIT_ICONS, HEADER_ICONS } from './icon-names';
import { nearHeaderIcon, nearIcon } from './near-icon';
import { readOptions } from './read-options';
import { sendableOptions } from './sendable-options';

const api = { url: '/chatkit', domainKey: 'local' };
/** Over the bridge, as the host page gives them. */
const read = (options: object) =>
  readOptions(sendableOptions({ api, ...options }, 'https://shop.example/'), async () => undefined);

test('tools with icons of other sets, or none, stay, and the notices name icons that there are', () => {
  const tool = (id: string, icon?: string) => ({ id, label: id, ...(icon && { icon }) });
  const { options, problems, notices } = read({
    composer: {
      tools: [
        tool('find', 'magnifying-glass'),
        tool('plan', 'list-checklist'),
        tool('me', 'user'),
        tool('shine', 'sparkle'),
        tool('bare'),
        tool('odd', '%%%'),
      ],
    },
  });
  expect(problems).toEqual([]);
  expect(options.composer?.tools?.map(({ id, icon }) => [id, icon])).toEqual([
    ['find', 'search'],
    ['plan', 'lucide:list-checks'],
    ['me', 'user'],
    ['shine', 'sparkle'],
    ['bare', undefined],
    ['odd', undefined],
  ]);
  expect(notices).toHaveLength(3);
  expect(notices[0]).toMatch(
    /^Option "composer.tools.0.icon" "magnifying-glass" is no icon .*nearest are "search",/,
  );
  expect(notices[0]).toMatch(/"search" is displayed\.$/);
  expect(notices[2]).toMatch(/: it has no icon\.$/);
});

test('prompts and buttons of the header stay, whatever their icon is called', () => {
  const onClick = () => {};
  const { options, problems, notices } = read({
    startScreen: {
      prompts: [
        { label: 'Ask', prompt: 'Ask', icon: 'MagnifyingGlassIcon' },
        { label: 'Cup', prompt: 'Cup', icon: 'trophy' },
      ],
    },
    header: { leftAction: { icon: 'gear', onClick }, rightAction: { icon: 'unheard-of', onClick } },
  });
  expect(problems).toEqual([]);
  expect(options.startScreen?.prompts?.map(({ icon }) => icon)).toEqual(['search', 'lucide:trophy']);
  expect(options.header?.leftAction).toMatchObject({ icon: 'settings-cog', onClick: expect.any(Function) });
  expect(options.header?.rightAction).toMatchObject({ icon: 'dots-horizontal-circle' });
  expect(notices).toHaveLength(4);
  expect(notices[1]).toContain('if Lucide has it');
});

test('a missing label, a list of mere names and half a suggestion are completed', () => {
  const { options, problems } = read({
    startScreen: { prompts: ['What is new?', { label: 'Help' }, { prompt: 'Say hello' }, {}] },
    composer: { models: ['grok-4', { id: 'm', default: true }, { label: 'No id' }], tools: ['search'] },
  });
  expect(options.startScreen?.prompts).toEqual([
    { label: 'What is new?', prompt: 'What is new?' },
    { label: 'Help', prompt: 'Help' },
    { label: 'Say hello', prompt: 'Say hello' },
  ]);
  expect(options.composer?.models).toEqual([
    { id: 'grok-4', label: 'grok-4' },
    { id: 'm', label: 'm', default: true },
  ]);
  expect(options.composer?.tools).toEqual([{ id: 'search', label: 'search' }]);
  expect(problems).toEqual([
    'Option "startScreen.prompts.3.label" is missing.',
    'Option "startScreen.prompts.3.prompt" is missing.',
    'Option "composer.models.2.id" is missing.',
  ]);
});

test('one bad part of a list, or of a group, leaves the rest of it', () => {
  const part = { type: 'input_text', text: 'Hi' };
  const { options } = read({
    startScreen: { prompts: [{ label: 'Hi', prompt: [part, { type: 'input_video' }, 'x'], extra: 1 }] },
    composer: {
      attachments: {
        maxSize: { 'image/*': 10, 'text/*': -1 },
        accept: { 'image/*': ['.png', 3] },
        maxCount: 'many',
      },
      dictation: { enabled: 'no' },
    },
    theme: {
      color: { accent: { primary: '#06f', level: 9 }, grayscale: { hue: 220, tint: '6', shade: 1.4 } },
    },
  });
  expect(options.startScreen?.prompts).toEqual([{ label: 'Hi', prompt: [part] }]);
  expect(options.composer).toEqual({
    attachments: { enabled: true, maxSize: { 'image/*': 10 }, accept: { 'image/*': ['.png'] } },
    dictation: { enabled: false },
  });
  expect(options.theme).toEqual({
    color: { accent: { primary: '#06f', level: 3 }, grayscale: { hue: 220, tint: 6, shade: 1 } },
  });
});

test.each([
  ['serach', 'search'],
  ['calender', 'calendar'],
  ['fa-envelope', 'mail'],
  ['settings_cog', 'settings-slider'],
  ['check_circle', 'check-circle'],
  ['Robot', 'agent'],
])('the icon %s is taken for %s', (given, icon) => {
  expect(nearIcon(given).icon).toBe(icon);
});

test('the nearest names are names that there are', () => {
  for (const given of ['magnifying-glass', 'zzz', 'lightning', '', 7, null])
    for (const name of nearIcon(given).nearest)
      expect([...CHATKIT_ICONS, name.startsWith('lucide:') && name]).toContain(name);
  expect(HEADER_ICONS).toEqual(expect.arrayContaining(nearHeaderIcon('hamburger-menu').nearest));
});
