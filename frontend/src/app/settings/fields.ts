/*
 * The options that can be tried in the panel, as one table; the panel draws it and knows nothing else of them. Its
 * words are names of those in the language of the page; a placeholder is an example that is code in every language.
 */
import type { AppLanguage, AppText } from '../language/app-language';
import { SAMPLE } from './option-values';

type Word = keyof AppText['fields'];
export type Column = { key: string; label: Word; kind?: 'text' | 'icon' | 'toggle'; placeholder?: string };

type Shared = { path: string; label: Word; hint?: Word };
export type Field = Shared &
  (
    | { kind: 'toggle'; on?: unknown; initially?: boolean }
    | { kind: 'text'; placeholder?: string; example?: Word; lines?: number }
    | { kind: 'number'; min: number; max?: number; unit?: number; placeholder?: string }
    | { kind: 'range'; min: number; max: number }
    | { kind: 'color'; initially: string }
    | {
        kind: 'select';
        choices: (string | number)[];
        initially?: 'none' | 'ofBrowser';
        /** Choices without a name are ChatKit's own words. */
        named?: (choice: string | number, language: AppLanguage) => string;
      }
    | { kind: 'types'; placeholder: string }
    | { kind: 'list'; columns: Column[]; row: keyof AppText['settings']['row'] }
  );
export type Section = { title: keyof AppText['settings']['section']; fields: Field[] };

const ICONS =
  'menu sidebar-left sidebar-right home back-small history compose share star book-open settings-cog grid dots-horizontal bug expand-small collapse-small close'.split(
    ' ',
  );
const LOCALES =
  'en ar bg bn cs da de el es et fi fr hi hr hu id it ja ko lt lv nb nl pl pt-BR pt-PT ro ru sk sl sr sv ta th tr uk ur vi zh zh-TW'.split(
    ' ',
  );

const languageOf = (tag: string | number, { locale }: AppLanguage) =>
  new Intl.DisplayNames(locale, { type: 'language' }).of(String(tag)) ?? String(tag);
const worded = (choice: string | number, { text }: AppLanguage) =>
  text.settings.choice[choice as keyof AppText['settings']['choice']];

export const sections: Section[] = [
  {
    title: 'theme',
    fields: [
      {
        kind: 'select',
        path: 'theme.radius',
        label: 'radius',
        choices: ['pill', 'round', 'soft', 'sharp'],
        named: worded,
      },
      {
        kind: 'select',
        path: 'theme.density',
        label: 'density',
        choices: ['compact', 'normal', 'spacious'],
        named: worded,
      },
      {
        kind: 'select',
        path: 'theme.typography.baseSize',
        label: 'baseSize',
        choices: [14, 15, 16, 17, 18],
        named: (size) => `${size} px`,
      },
      {
        kind: 'text',
        path: 'theme.typography.fontFamily',
        label: 'fontFamily',
        placeholder: 'Georgia, serif',
      },
      {
        kind: 'text',
        path: 'theme.typography.fontFamilyMono',
        label: 'fontFamilyMono',
        placeholder: 'monospace',
      },
      { kind: 'color', path: 'theme.color.accent.primary', label: 'accent', initially: '#10a37f' },
      { kind: 'range', path: 'theme.color.accent.level', label: 'accentLevel', min: 0, max: 3 },
      { kind: 'range', path: 'theme.color.grayscale.hue', label: 'greyHue', min: 0, max: 360 },
      { kind: 'range', path: 'theme.color.grayscale.tint', label: 'greyTint', min: 0, max: 9 },
      { kind: 'range', path: 'theme.color.grayscale.shade', label: 'greyShade', min: -4, max: 4 },
      { kind: 'color', path: 'theme.color.surface.background', label: 'background', initially: '#ffffff' },
      { kind: 'color', path: 'theme.color.surface.foreground', label: 'foreground', initially: '#ffffff' },
    ],
  },
  {
    title: 'header',
    fields: [
      { kind: 'toggle', path: 'header.enabled', label: 'showHeader', initially: true },
      { kind: 'toggle', path: 'header.title.enabled', label: 'showTitle', initially: true },
      { kind: 'text', path: 'header.title.text', label: 'title', example: 'titleOfChat' },
      {
        kind: 'select',
        path: 'header.leftAction.icon',
        label: 'leftButton',
        choices: ICONS,
        initially: 'none',
      },
      {
        kind: 'select',
        path: 'header.rightAction.icon',
        label: 'rightButton',
        choices: ICONS,
        initially: 'none',
      },
    ],
  },
  {
    title: 'startScreen',
    fields: [
      { kind: 'text', path: 'startScreen.greeting', label: 'greeting', example: 'sampleGreeting' },
      {
        kind: 'list',
        path: 'startScreen.prompts',
        label: 'prompts',
        row: 'prompt',
        columns: [
          { key: 'label', label: 'label' },
          { key: 'prompt', label: 'message' },
          { key: 'icon', label: 'icon', kind: 'icon', placeholder: 'sparkle' },
        ],
      },
    ],
  },
  {
    title: 'composer',
    fields: [
      { kind: 'text', path: 'composer.placeholder', label: 'placeholder', example: 'message' },
      { kind: 'toggle', path: 'composer.attachments.enabled', label: 'attachments' },
      {
        kind: 'number',
        path: 'composer.attachments.maxCount',
        label: 'maxCount',
        min: 1,
        max: 100,
      },
      {
        kind: 'number',
        path: 'composer.attachments.maxSize',
        label: 'maxSize',
        min: 1,
        unit: 1024 * 1024,
        max: 1024,
      },
      {
        kind: 'types',
        path: 'composer.attachments.accept',
        label: 'accept',
        placeholder: 'image/*, application/pdf',
      },
      {
        kind: 'list',
        path: 'composer.tools',
        label: 'tools',
        hint: 'toolsHint',
        row: 'tool',
        columns: [
          { key: 'id', label: 'id' },
          { key: 'label', label: 'label' },
          { key: 'icon', label: 'icon', kind: 'icon', placeholder: 'search' },
          { key: 'pinned', label: 'pinned', kind: 'toggle' },
          { key: 'persistent', label: 'persistent', kind: 'toggle' },
        ],
      },
      {
        kind: 'list',
        path: 'composer.models',
        label: 'models',
        hint: 'modelsHint',
        row: 'model',
        columns: [
          { key: 'id', label: 'id' },
          { key: 'label', label: 'label' },
          { key: 'description', label: 'description' },
          { key: 'default', label: 'first', kind: 'toggle' },
        ],
      },
      { kind: 'toggle', path: 'composer.dictation.enabled', label: 'dictation' },
    ],
  },
  {
    title: 'messages',
    fields: [
      { kind: 'toggle', path: 'threadItemActions.feedback', label: 'feedback' },
      { kind: 'toggle', path: 'threadItemActions.retry', label: 'retry' },
      { kind: 'toggle', path: 'thread.autoScroll', label: 'autoScroll', initially: true },
      { kind: 'toggle', path: 'history.enabled', label: 'history', initially: true },
      { kind: 'toggle', path: 'history.showRename', label: 'rename', initially: true },
      { kind: 'toggle', path: 'history.showDelete', label: 'delete', initially: true },
      { kind: 'text', path: 'disclaimer.text', label: 'disclaimer', lines: 2 },
      { kind: 'toggle', path: 'disclaimer.highContrast', label: 'highContrast' },
    ],
  },
  {
    title: 'mentions',
    fields: [
      { kind: 'toggle', path: 'entities.onTagSearch', label: 'entities', on: SAMPLE },
      { kind: 'toggle', path: 'entities.showComposerMenu', label: 'entityButton' },
      { kind: 'toggle', path: 'commands.enabled', label: 'commands' },
      {
        kind: 'select',
        path: 'locale',
        label: 'language',
        choices: LOCALES,
        initially: 'ofBrowser',
        named: languageOf,
      },
      { kind: 'text', path: 'frameTitle', label: 'frameTitle', example: 'sampleFrameTitle' },
    ],
  },
];
