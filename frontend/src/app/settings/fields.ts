/** The options that can be tried in the panel, as one table; the panel draws it and knows nothing else of them. */
import { SAMPLE } from './option-values';

export type Column = { key: string; label: string; kind?: 'text' | 'icon' | 'toggle'; placeholder?: string };

type Shared = { path: string; label: string; hint?: string };
export type Field = Shared &
  (
    | { kind: 'toggle'; on?: unknown; initially?: boolean }
    | { kind: 'text'; placeholder?: string; lines?: number }
    | { kind: 'number'; min: number; max?: number; unit?: number; placeholder?: string }
    | { kind: 'range'; min: number; max: number }
    | { kind: 'color'; initially: string }
    | {
        kind: 'select';
        choices: (string | number)[];
        initially?: string;
        named?: (choice: string | number) => string;
      }
    | { kind: 'types'; placeholder: string }
    | { kind: 'list'; columns: Column[]; noun: string }
  );
export type Section = { title: string; fields: Field[] };

const ICONS =
  'menu sidebar-left sidebar-right home back-small history compose share star book-open settings-cog grid dots-horizontal bug expand-small collapse-small close'.split(
    ' ',
  );
const LOCALES =
  'en ar bg bn cs da de el es et fi fr hi hr hu id it ja ko lt lv nb nl pl pt-BR pt-PT ro ru sk sl sr sv ta th tr uk ur vi zh zh-TW'.split(
    ' ',
  );

const languages = new Intl.DisplayNames('en', { type: 'language' });
const languageOf = (locale: string | number) => languages.of(String(locale)) ?? String(locale);

export const sections: Section[] = [
  {
    title: 'Theme',
    fields: [
      { kind: 'select', path: 'theme.radius', label: 'Corners', choices: ['pill', 'round', 'soft', 'sharp'] },
      { kind: 'select', path: 'theme.density', label: 'Density', choices: ['compact', 'normal', 'spacious'] },
      {
        kind: 'select',
        path: 'theme.typography.baseSize',
        label: 'Text size',
        choices: [14, 15, 16, 17, 18],
        named: (size) => `${size} px`,
      },
      { kind: 'text', path: 'theme.typography.fontFamily', label: 'Font', placeholder: 'Georgia, serif' },
      {
        kind: 'text',
        path: 'theme.typography.fontFamilyMono',
        label: 'Font of code',
        placeholder: 'monospace',
      },
      { kind: 'color', path: 'theme.color.accent.primary', label: 'Accent', initially: '#10a37f' },
      { kind: 'range', path: 'theme.color.accent.level', label: 'Accent level', min: 0, max: 3 },
      { kind: 'range', path: 'theme.color.grayscale.hue', label: 'Grey hue', min: 0, max: 360 },
      { kind: 'range', path: 'theme.color.grayscale.tint', label: 'Grey tint', min: 0, max: 9 },
      { kind: 'range', path: 'theme.color.grayscale.shade', label: 'Grey shade', min: -4, max: 4 },
      { kind: 'color', path: 'theme.color.surface.background', label: 'Background', initially: '#ffffff' },
      { kind: 'color', path: 'theme.color.surface.foreground', label: 'Foreground', initially: '#ffffff' },
    ],
  },
  {
    title: 'Header',
    fields: [
      { kind: 'toggle', path: 'header.enabled', label: 'Show the header', initially: true },
      { kind: 'toggle', path: 'header.title.enabled', label: 'Show the title', initially: true },
      { kind: 'text', path: 'header.title.text', label: 'Title', placeholder: 'That of the thread' },
      {
        kind: 'select',
        path: 'header.leftAction.icon',
        label: 'Left button',
        choices: ICONS,
        initially: 'none',
      },
      {
        kind: 'select',
        path: 'header.rightAction.icon',
        label: 'Right button',
        choices: ICONS,
        initially: 'none',
      },
    ],
  },
  {
    title: 'Start screen',
    fields: [
      { kind: 'text', path: 'startScreen.greeting', label: 'Greeting', placeholder: 'How can I help?' },
      {
        kind: 'list',
        path: 'startScreen.prompts',
        label: 'Prompts',
        noun: 'prompt',
        columns: [
          { key: 'label', label: 'Label' },
          { key: 'prompt', label: 'Message' },
          { key: 'icon', label: 'Icon', kind: 'icon', placeholder: 'sparkle' },
        ],
      },
    ],
  },
  {
    title: 'Composer',
    fields: [
      { kind: 'text', path: 'composer.placeholder', label: 'Placeholder', placeholder: 'Message' },
      { kind: 'toggle', path: 'composer.attachments.enabled', label: 'Attachments' },
      {
        kind: 'number',
        path: 'composer.attachments.maxCount',
        label: 'Most files of a message',
        min: 1,
        max: 100,
      },
      {
        kind: 'number',
        path: 'composer.attachments.maxSize',
        label: 'Largest file, MB',
        min: 1,
        unit: 1024 * 1024,
        max: 1024,
      },
      {
        kind: 'types',
        path: 'composer.attachments.accept',
        label: 'File types',
        placeholder: 'image/*, application/pdf',
      },
      {
        kind: 'list',
        path: 'composer.tools',
        label: 'Tools',
        hint: 'An agent takes the tools that its entry in chatkit-link.toml names.',
        noun: 'tool',
        columns: [
          { key: 'id', label: 'Id' },
          { key: 'label', label: 'Label' },
          { key: 'icon', label: 'Icon', kind: 'icon', placeholder: 'search' },
          { key: 'pinned', label: 'Pinned', kind: 'toggle' },
          { key: 'persistent', label: 'Stays chosen', kind: 'toggle' },
        ],
      },
      {
        kind: 'list',
        path: 'composer.models',
        label: 'Models',
        hint: 'An agent takes the models that its entry in chatkit-link.toml names.',
        noun: 'model',
        columns: [
          { key: 'id', label: 'Id' },
          { key: 'label', label: 'Label' },
          { key: 'description', label: 'Description' },
          { key: 'default', label: 'Chosen at first', kind: 'toggle' },
        ],
      },
      { kind: 'toggle', path: 'composer.dictation.enabled', label: 'Dictation' },
    ],
  },
  {
    title: 'Messages and history',
    fields: [
      { kind: 'toggle', path: 'threadItemActions.feedback', label: 'Thumbs up and down' },
      { kind: 'toggle', path: 'threadItemActions.retry', label: 'Retry' },
      { kind: 'toggle', path: 'thread.autoScroll', label: 'Follow a growing answer', initially: true },
      { kind: 'toggle', path: 'history.enabled', label: 'History', initially: true },
      { kind: 'toggle', path: 'history.showRename', label: 'Rename threads', initially: true },
      { kind: 'toggle', path: 'history.showDelete', label: 'Delete threads', initially: true },
      { kind: 'text', path: 'disclaimer.text', label: 'Disclaimer', lines: 2 },
      { kind: 'toggle', path: 'disclaimer.highContrast', label: 'Disclaimer in high contrast' },
    ],
  },
  {
    title: 'Mentions, commands, language',
    fields: [
      { kind: 'toggle', path: 'entities.onTagSearch', label: 'Sample entities for @', on: SAMPLE },
      { kind: 'toggle', path: 'entities.showComposerMenu', label: 'Button for entities' },
      { kind: 'toggle', path: 'commands.enabled', label: 'Sample commands for /' },
      {
        kind: 'select',
        path: 'locale',
        label: 'Language',
        choices: LOCALES,
        initially: 'of the browser',
        named: languageOf,
      },
      { kind: 'text', path: 'frameTitle', label: 'Title of the frame', placeholder: 'Chat' },
    ],
  },
];
