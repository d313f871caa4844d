/*
 * Parts that an option cannot do without, put right where it is plain what they should be: one bad part never takes
 * the whole away, a tool for its icon or a model for its label. Each gets a sentence that says what is wrong and what
 * is displayed instead. What cannot be put right is left to `read-options.ts`.
 */
import { CHATKIT_ICONS, HEADER_ICONS } from './icon-names';
import { nearHeaderIcon, nearIcon } from './near-icon';

type Tree = Record<string, unknown>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
const ICON = /^lucide:[\w-]+$/;

/** Changes `options`, and returns the sentences. */
export function mended(options: Tree): string[] {
  const notices: string[] = [];
  const say = (path: string, wrong: string, now: string) =>
    notices.push(`Option "${path}" ${wrong}: ${now}.`);
  const { header, startScreen, composer, theme, commands } = options;

  for (const { entry, path } of entriesOf(startScreen, 'prompts', 'startScreen')) {
    mendIcon(entry, path, say);
    mendText(entry, 'label', entry.prompt, path, say);
    mendText(entry, 'prompt', entry.label, path, say);
  }
  for (const { entry, path } of entriesOf(composer, 'tools', 'composer')) {
    mendIcon(entry, path, say);
    mendText(entry, 'label', entry.id, path, say);
  }
  for (const { entry, path } of entriesOf(composer, 'models', 'composer'))
    mendText(entry, 'label', entry.id, path, say);
  for (const side of ['leftAction', 'rightAction'])
    if (isTree(header)) mendHeaderIcon(header[side], `header.${side}.icon`, say);
  if (isTree(composer)) {
    mendEnabled(composer.attachments, 'composer.attachments', say);
    mendEnabled(composer.dictation, 'composer.dictation', say);
  }
  mendEnabled(commands, 'commands', say);
  if (isTree(theme)) mendColor(theme.color, say);
  return notices;
}

type Say = (path: string, wrong: string, now: string) => void;

/** A text in the place of an entry names it: `models: ['grok-4']`. */
function entriesOf(owner: unknown, name: string, place: string): { entry: Tree; path: string }[] {
  const list = isTree(owner) ? owner[name] : null;
  if (!Array.isArray(list)) return [];
  list.forEach((given, at) => {
    if (isName(given))
      list[at] = name === 'prompts' ? { label: given, prompt: given } : { id: given, label: given };
  });
  return list.flatMap((entry, at) => (isTree(entry) ? [{ entry, path: `${place}.${name}.${at}` }] : []));
}

function mendIcon(entry: Tree, path: string, say: Say) {
  const { icon } = entry;
  if (icon === undefined) return;
  if (typeof icon === 'string' && (ICON.test(icon) || CHATKIT_ICONS.some((name) => name === icon))) return;
  const { icon: meant, nearest, guessed } = nearIcon(icon);
  const now =
    meant === null ? 'it has no icon' : `"${meant}" is displayed${guessed ? ', if Lucide has it' : ''}`;
  say(`${path}.icon`, `${named(icon)} is no icon of ChatKit; the nearest are ${listed(nearest)}`, now);
  if (meant === null) delete entry.icon;
  else entry.icon = meant;
}

/** A button of the header is nothing but its icon, so it gets one in any case. */
function mendHeaderIcon(action: unknown, path: string, say: Say) {
  if (!isTree(action) || typeof action.onClick !== 'function') return;
  if (HEADER_ICONS.some((name) => name === action.icon)) return;
  const { icon, nearest } = nearHeaderIcon(action.icon);
  const meant = icon ?? 'dots-horizontal-circle';
  say(
    path,
    `${named(action.icon)} is no header icon of ChatKit; the nearest are ${listed(nearest)}`,
    `"${meant}" is displayed`,
  );
  action.icon = meant;
}

function mendText(entry: Tree, name: string, instead: unknown, path: string, say: Say) {
  const given = entry[name];
  if (isName(given) || Array.isArray(given) || !isName(instead)) return;
  say(`${path}.${name}`, given === undefined ? 'is missing' : 'must be a string', `"${instead}" is used`);
  entry[name] = instead;
}

/** What is there is wanted, unless it says otherwise. */
function mendEnabled(group: unknown, path: string, say: Say) {
  if (!isTree(group) || typeof group.enabled === 'boolean') return;
  const { enabled } = group;
  const now = !(enabled === null || enabled === 0 || /^(?:false|no|off|0|)$/i.test(String(enabled)));
  say(`${path}.enabled`, enabled === undefined ? 'is missing' : 'must be true or false', `${now} is used`);
  group.enabled = now;
}

function mendColor(color: unknown, say: Say) {
  if (!isTree(color)) return;
  const { accent, grayscale } = color;
  if (isTree(accent)) mendNumber(accent, 'level', [0, 3], 1, 'theme.color.accent', say);
  if (!isTree(grayscale)) return;
  mendNumber(grayscale, 'hue', [0, 360], null, 'theme.color.grayscale', say);
  mendNumber(grayscale, 'tint', [0, 9], 6, 'theme.color.grayscale', say);
  if (grayscale.shade !== undefined) mendNumber(grayscale, 'shade', [-4, 4], 0, 'theme.color.grayscale', say);
}

/** `usual`: for what is no number; null where nothing is usual. */
function mendNumber(
  owner: Tree,
  name: string,
  [least, most]: [number, number],
  usual: number | null,
  path: string,
  say: Say,
) {
  const given = owner[name];
  const whole = name === 'hue' ? (value: number) => value : Math.round;
  const fits = (value: number) => value >= least && value <= most && whole(value) === value;
  if (typeof given === 'number' && fits(given)) return;
  const read = typeof given === 'number' || isName(given) ? Number(given) : Number.NaN;
  const now = Number.isFinite(read) ? Math.min(most, Math.max(least, whole(read))) : usual;
  if (now === null) return;
  say(
    `${path}.${name}`,
    given === undefined ? 'is missing' : `must be from ${least} to ${most}`,
    `${now} is used`,
  );
  owner[name] = now;
}

const named = (given: unknown) => (given === undefined ? 'is missing and' : JSON.stringify(given));
const listed = (names: string[]) => names.map((name) => `"${name}"`).join(', ');
