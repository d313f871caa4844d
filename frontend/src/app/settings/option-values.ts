/*
 * Options of the chat as data: what the user has chosen in the panel, over what the connection brings along. A
 * function stands in the data as the word "sample"; samples.ts has what runs for it and what is written in code.
 */
import { CHATKIT_ICONS } from '../../options/icon-names';

export type OptionData = { [key: string]: unknown };

export const SAMPLE = 'sample';

const isData = (value: unknown): value is OptionData =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function valueAt(data: OptionData, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (isData(value) ? value[key] : undefined), data);
}

/** A copy with the value at the path; undefined takes it out, and the groups that are empty then. */
export function withValue(data: OptionData, path: string, value: unknown): OptionData {
  const [key = '', ...rest] = path.split('.');
  const child = rest.length ? withValue(isData(data[key]) ? data[key] : {}, rest.join('.'), value) : value;
  const { [key]: _, ...others } = data;
  const isEmpty = child === undefined || (isData(child) && !Object.keys(child).length);
  return isEmpty ? others : { ...others, [key]: child };
}

/** Groups are joined, everything else is replaced. */
export function mergeOptions(base: OptionData, chosen: OptionData): OptionData {
  const merged = { ...base };
  for (const [key, value] of Object.entries(chosen)) {
    const below = merged[key];
    merged[key] = isData(value) && isData(below) ? mergeOptions(below, value) : value;
  }
  return merged;
}

export function parseOptions(text: string | null): OptionData {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isData(value) ? value : {};
  } catch {
    return {};
  }
}

const DEFAULTS = {
  accentLevel: 1,
  hue: 220,
  tint: 4,
  background: { light: '#ffffff', dark: '#171717' },
};

/** While its name is typed it is the name of no icon. */
function withoutHalfAnIcon({ icon, ...row }: OptionData): OptionData {
  const isIcon = typeof icon === 'string' && (icons.has(icon) || /^lucide:[\w-]+$/.test(icon));
  return isIcon ? { ...row, icon } : row;
}
const icons: ReadonlySet<string> = new Set(CHATKIT_ICONS);

/** Adds what ChatKit's types ask for beside what was chosen, and drops what is not filled in yet. */
export function completeOptions(data: OptionData, scheme: 'light' | 'dark'): OptionData {
  let whole = data;
  const fill = (path: string, beside: string, value: unknown) => {
    if (valueAt(whole, beside) !== undefined && valueAt(whole, path) === undefined) {
      whole = withValue(whole, path, value);
    }
  };
  const needs = (path: string, own: string) => {
    if (valueAt(whole, path) !== undefined && valueAt(whole, `${path}.${own}`) === undefined) {
      whole = withValue(whole, path, undefined);
    }
  };
  const rows = (path: string, ...columns: string[]) => {
    const list = valueAt(whole, path);
    if (!Array.isArray(list)) return;
    const filled = list
      .map(withoutHalfAnIcon)
      .filter((row: OptionData) => columns.every((column) => row[column]));
    whole = withValue(whole, path, filled.length || path === 'startScreen.prompts' ? filled : undefined);
  };

  fill('theme.color.grayscale.hue', 'theme.color.grayscale', DEFAULTS.hue);
  fill('theme.color.grayscale.tint', 'theme.color.grayscale', DEFAULTS.tint);
  needs('theme.color.accent', 'primary');
  fill('theme.color.accent.level', 'theme.color.accent', DEFAULTS.accentLevel);
  fill('theme.color.surface.background', 'theme.color.surface', DEFAULTS.background[scheme]);
  const background = valueAt(whole, 'theme.color.surface.background');
  fill('theme.color.surface.foreground', 'theme.color.surface', background);
  needs('header.leftAction', 'icon');
  fill('header.leftAction.onClick', 'header.leftAction', SAMPLE);
  needs('header.rightAction', 'icon');
  fill('header.rightAction.onClick', 'header.rightAction', SAMPLE);
  needs('disclaimer', 'text');
  fill('composer.attachments.enabled', 'composer.attachments', false);
  needs('entities', 'onTagSearch');
  fill('entities.onClick', 'entities', SAMPLE);
  fill('entities.onRequestPreview', 'entities', SAMPLE);
  if (!valueAt(whole, 'commands.enabled')) whole = withValue(whole, 'commands', undefined);
  fill('commands.onSearch', 'commands', SAMPLE);
  fill('commands.onSelect', 'commands', SAMPLE);
  rows('startScreen.prompts', 'label', 'prompt');
  rows('composer.tools', 'id', 'label', 'icon');
  rows('composer.models', 'id', 'label');
  return whole;
}
