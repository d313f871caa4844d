/*
 * The icon that a page means by a name that ChatKit does not have: other sets call the same picture otherwise, and
 * names are misspelt. What is neither may still be one of Lucide, from which ChatKit takes icons, too.
 */
import { CHATKIT_ICONS, HEADER_ICONS } from './icon-names';

type Names = readonly string[];

/** ChatKit's name (or Lucide's) -> what other sets call it. */
const ELSEWHERE: Record<string, string> = {
  search: 'magnifying-glass magnifier find loupe',
  'lucide:list-checks': 'list-checklist checklist list tasks todo todos task-list',
  'lucide:house': 'home house homepage',
  'lucide:users': 'users people team group',
  'lucide:message-circle': 'chat message comment conversation bubble',
  'lucide:triangle-alert': 'warning alert exclamation danger',
  'lucide:folder': 'folder directory',
  'lucide:heart': 'heart favorite favourite like',
  'lucide:dollar-sign': 'money dollar price currency',
  'lucide:x': 'close cross cancel',
  'settings-slider': 'settings settings-cog gear cog preferences sliders options',
  user: 'person account avatar',
  write: 'edit pencil pen compose',
  agent: 'robot bot ai assistant',
  analytics: 'trend trending trending-up line-chart graph',
  chart: 'bar-chart stats statistics chart-bar',
  bolt: 'lightning zap flash',
  lightbulb: 'idea bulb',
  'map-pin': 'location pin marker place',
  mail: 'email envelope inbox',
  globe: 'web world earth internet',
  clock: 'time history recent',
  reload: 'refresh retry sync',
  'circle-question': 'question help question-mark',
  'square-image': 'image photo picture',
  'square-code': 'code terminal',
  document: 'file doc page paper',
  'external-link': 'link open-in-new url',
  suitcase: 'briefcase work bag',
  keys: 'key password lock',
  'sparkle-double': 'sparkles magic stars',
  'dots-horizontal': 'more ellipsis menu',
  plus: 'add new',
  'book-open': 'book docs documentation',
};
const IN_THE_HEADER: Record<string, string> = {
  'settings-cog': 'settings gear cog preferences settings-slider',
  home: 'house homepage',
  'back-small': 'back arrow-left chevron-left previous',
  close: 'x cross cancel',
  compose: 'write edit pencil new plus add',
  history: 'clock time recent',
  'dots-horizontal': 'more ellipsis',
  menu: 'bars list',
  'light-mode': 'sun light',
  'dark-mode': 'moon dark night',
  'expand-large': 'maximize fullscreen expand',
  'collapse-large': 'minimize collapse',
  'sidebar-left': 'sidebar panel',
};
/** From which likeness on a name is taken for a misspelt one. */
const MISSPELT = 0.72;
const NAMED = 3;

type Near = {
  /** What to display; null where nothing is meant by the name. */
  icon: string | null;
  /** Names that ChatKit has, the nearest first. */
  nearest: string[];
  /** Whether nothing is known but that Lucide may have an icon of this name. */
  guessed?: boolean;
};

export const nearIcon = (given: unknown): Near => near(given, CHATKIT_ICONS, ELSEWHERE);
export const nearHeaderIcon = (given: unknown): Near => near(given, HEADER_ICONS, IN_THE_HEADER);

function near(given: unknown, names: Names, elsewhere: Record<string, string>): Near {
  if (typeof given !== 'string') return { icon: null, nearest: names.slice(0, NAMED) };
  const name = plain(given);
  const meant = Object.keys(elsewhere).find((icon) => elsewhere[icon]?.split(' ').includes(name));
  const ranked = [...names].sort((one, other) => likeness(name, other) - likeness(name, one));
  const [best = ''] = ranked;
  const close = names.includes(name) ? name : likeness(name, best) >= MISSPELT ? best : null;
  const icon = close ?? meant ?? null;
  const nearest = [...new Set([...(icon ? [icon] : []), ...ranked])].slice(0, NAMED);
  if (icon || names === HEADER_ICONS) return { icon, nearest };
  const guessed = /^[a-z][a-z0-9-]*$/.test(name);
  return { icon: guessed ? `lucide:${name}` : null, nearest, guessed };
}

/** `MagnifyingGlassIcon`, `fa-magnifying-glass` and `magnifying_glass` are one name. */
const plain = (given: string) =>
  given
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[\s_.]+/g, '-')
    .replace(/^(?:fa|fas|far|md|mdi|bi|tabler|heroicons?|ph)[-:]/, '')
    .replace(/-(?:icon|outline|solid|fill|filled)$/, '');

/** From 0 to 1: the pairs of letters that two names share (Dice's coefficient); nearly 1 for the same letters. */
function likeness(one: string, other: string): number {
  if (one !== other && sorted(one) === sorted(other)) return 0.9;
  const left = pairs(one);
  const right = pairs(other);
  const all = left.length + right.length;
  let shared = 0;
  for (const pair of left) {
    const at = right.indexOf(pair);
    if (at < 0) continue;
    right.splice(at, 1);
    shared++;
  }
  return all ? (2 * shared) / all : 0;
}

const sorted = (name: string) => [...name].sort().join('');

const pairs = (name: string) =>
  Array.from({ length: name.length + 1 }, (_, at) => ` ${name} `.slice(at, at + 2));
