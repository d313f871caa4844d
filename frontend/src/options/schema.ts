/*
 * ChatKitOptions of @openai/chatkit 1.9 as a schema. The line at the end has the type checker compare the two, in
 * both directions: a key, a type or a name that only one of them has is an error of `make check`. The messages of
 * this schema state what is expected, as the end of a sentence; `read-options.ts` makes the sentences.
 */
import type { ChatKitIcon, ChatKitOptions, LucideIcon, SupportedLocale } from '@openai/chatkit';
import * as v from 'valibot';
import { CHATKIT_ICONS, HEADER_ICONS } from './icon-names';

const text = v.string('a string');
const name = v.pipe(text, v.nonEmpty('a string that is not empty'));
const address = v.pipe(
  name,
  v.check((value) => URL.canParse(value, 'https://host.example/'), 'an address'),
);
const flag = v.boolean('true or false');
const number = v.number('a number');
const count = v.pipe(number, v.integer('a whole number'), v.minValue(0, 'no less than 0'));
const listOf = <T extends v.GenericSchema>(item: T) => v.array(item, 'a list');
const recordOf = <T extends v.GenericSchema>(value: T) => v.record(v.string(), value, 'an object');
const objectOf = <T extends v.ObjectEntries>(entries: T) => v.strictObject(entries, 'an object');
const oneOf = <const T extends readonly (string | number)[]>(...values: T) =>
  v.picklist(values, `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`);
// biome-ignore lint/suspicious/noExplicitAny: what a function takes and gives cannot be checked before it is called
const fn = <T extends (...args: any[]) => unknown>() =>
  v.custom<T>((value) => typeof value === 'function', 'a function');

const icon = v.union(
  [
    v.picklist(CHATKIT_ICONS),
    v.custom<LucideIcon>((value) => typeof value === 'string' && /^lucide:[\w-]+$/.test(value)),
  ],
  'the name of an icon of ChatKit, or "lucide:" and the name of one of Lucide',
);
const headerIcon = v.picklist(HEADER_ICONS, 'the name of a header icon of ChatKit');

// In any spelling: pages take it from where they find it, such as "pt_BR".
const locale = v.custom<SupportedLocale>((value) => {
  try {
    return typeof value === 'string' && Boolean(new Intl.Locale(value.replaceAll('_', '-')));
  } catch {
    return false;
  }
}, 'a language tag, such as "de" or "pt-BR"');

const colorScheme = oneOf('light', 'dark');
const typography = objectOf({
  baseSize: v.optional(oneOf(14, 15, 16, 17, 18)),
  fontSources: v.optional(
    listOf(
      objectOf({
        family: name,
        src: address,
        weight: v.optional(v.union([v.string(), v.number()], 'a string or a number')),
        style: v.optional(oneOf('normal', 'italic', 'oblique')),
        display: v.optional(oneOf('auto', 'block', 'swap', 'fallback', 'optional')),
        unicodeRange: v.optional(text),
      }),
    ),
  ),
  fontFamily: v.optional(text),
  fontFamilyMono: v.optional(text),
});
const color = objectOf({
  grayscale: v.optional(
    objectOf({
      hue: v.pipe(number, v.minValue(0, 'from 0 to 360'), v.maxValue(360, 'from 0 to 360')),
      tint: oneOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      shade: v.optional(oneOf(-4, -3, -2, -1, 0, 1, 2, 3, 4)),
    }),
  ),
  accent: v.optional(objectOf({ primary: name, level: oneOf(0, 1, 2, 3) })),
  surface: v.optional(objectOf({ background: name, foreground: name })),
});
const theme = objectOf({
  colorScheme: v.optional(colorScheme),
  typography: v.optional(typography),
  radius: v.optional(oneOf('pill', 'round', 'soft', 'sharp')),
  density: v.optional(oneOf('compact', 'normal', 'spacious')),
  color: v.optional(color),
});

const customApi = objectOf({
  url: address,
  // OpenAI's element needs a key of OpenAI; to this server it means nothing.
  domainKey: v.optional(name),
  fetch: v.optional(fn<typeof fetch>()),
  uploadStrategy: v.optional(
    v.variant(
      'type',
      [
        objectOf({ type: v.literal('two_phase') }),
        objectOf({ type: v.literal('direct'), uploadUrl: address }),
      ],
      '{ type: "two_phase" } or { type: "direct", uploadUrl }',
    ),
  ),
});
const hostedApi = objectOf({
  getClientSecret: fn<(currentClientSecret: string | null) => Promise<string>>(),
});
/** Which of the two it is shows in its keys, so that what is wrong with it can be named precisely. */
export const api = v.lazy((value): typeof customApi | typeof hostedApi =>
  typeof value === 'object' && value && 'getClientSecret' in value && !('url' in value)
    ? hostedApi
    : customApi,
);

/** What else a server knows about a file may come along. */
export const attachment = v.object({
  type: oneOf('file', 'image'),
  id: name,
  name: text,
  mime_type: text,
  preview_url: v.optional(v.nullable(text)),
});

const headerAction = objectOf({ icon: headerIcon, onClick: fn<() => void>() });
export const part = v.variant(
  'type',
  [
    objectOf({ type: v.literal('input_text'), text }),
    objectOf({
      type: v.literal('input_tag'),
      text,
      id: name,
      group: v.optional(text),
      data: v.optional(recordOf(v.unknown())),
      interactive: v.optional(flag),
    }),
  ],
  'a part of type "input_text" or "input_tag"',
);

// One of two forms, chosen by what is given: so what is wrong inside is named, and the rest of it stays.
const words = v.string('a string or a list of message parts');
const parts = v.array(part, 'a string or a list of message parts');
const message = v.lazy((value) => (Array.isArray(value) ? parts : words) as typeof parts | typeof words);
const sizes = recordOf(count);
const maxSize = v.lazy(
  (value) => (typeof value === 'object' && value ? sizes : count) as typeof sizes | typeof count,
);

export const options = objectOf({
  api,
  locale: v.optional(locale),
  theme: v.optional(
    v.lazy((value) => (typeof value === 'string' ? colorScheme : theme) as typeof theme | typeof colorScheme),
  ),
  frameTitle: v.optional(text),
  initialThread: v.optional(v.nullable(name)),
  onClientTool: v.optional(fn<NonNullable<ChatKitOptions['onClientTool']>>()),
  header: v.optional(
    objectOf({
      enabled: v.optional(flag),
      title: v.optional(objectOf({ enabled: v.optional(flag), text: v.optional(text) })),
      leftAction: v.optional(headerAction),
      rightAction: v.optional(headerAction),
    }),
  ),
  history: v.optional(
    objectOf({ enabled: v.optional(flag), showDelete: v.optional(flag), showRename: v.optional(flag) }),
  ),
  startScreen: v.optional(
    objectOf({
      greeting: v.optional(text),
      prompts: v.optional(
        listOf(
          objectOf({
            label: name,
            prompt: message,
            icon: v.optional(icon),
          }),
        ),
      ),
    }),
  ),
  threadItemActions: v.optional(objectOf({ feedback: v.optional(flag), retry: v.optional(flag) })),
  composer: v.optional(
    objectOf({
      placeholder: v.optional(text),
      attachments: v.optional(
        objectOf({
          enabled: flag,
          maxSize: v.optional(maxSize),
          maxCount: v.optional(count),
          accept: v.optional(recordOf(listOf(text))),
        }),
      ),
      tools: v.optional(
        listOf(
          objectOf({
            id: name,
            label: name,
            icon: v.optional(icon),
            shortLabel: v.optional(text),
            placeholderOverride: v.optional(text),
            pinned: v.optional(flag),
            persistent: v.optional(flag),
          }),
        ),
      ),
      models: v.optional(
        listOf(
          objectOf({
            id: name,
            label: name,
            description: v.optional(text),
            disabled: v.optional(flag),
            default: v.optional(flag),
          }),
        ),
      ),
      dictation: v.optional(objectOf({ enabled: flag })),
    }),
  ),
  disclaimer: v.optional(objectOf({ text, highContrast: v.optional(flag) })),
  entities: v.optional(
    objectOf({
      onTagSearch: v.optional(fn<Required<NonNullable<ChatKitOptions['entities']>>['onTagSearch']>()),
      showComposerMenu: v.optional(flag),
      onClick: v.optional(fn<Required<NonNullable<ChatKitOptions['entities']>>['onClick']>()),
      onRequestPreview: v.optional(
        fn<Required<NonNullable<ChatKitOptions['entities']>>['onRequestPreview']>(),
      ),
    }),
  ),
  commands: v.optional(
    objectOf({
      enabled: flag,
      onSearch: v.optional(fn<Required<NonNullable<ChatKitOptions['commands']>>['onSearch']>()),
      onSelect: v.optional(fn<Required<NonNullable<ChatKitOptions['commands']>>['onSelect']>()),
    }),
  ),
  widgets: v.optional(
    objectOf({ onAction: v.optional(fn<Required<NonNullable<ChatKitOptions['widgets']>>['onAction']>()) }),
  ),
  thread: v.optional(objectOf({ autoScroll: v.optional(flag) })),
});

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
/** Both types written out, so that they can be compared whatever names and aliases they are made of. */
// biome-ignore lint/suspicious/noExplicitAny: any function at all
type Plain<T> = T extends (...args: any[]) => unknown
  ? T
  : T extends object
    ? { [K in keyof T]: Plain<T[K]> }
    : T;

/** What OpenAI's types ask for and this schema does without: the key, and the icon of a tool. */
type Keyed<Api> = Api extends { url: string } ? Omit<Api, 'domainKey'> & { domainKey: string } : Api;
type Accepted = v.InferInput<typeof options>;
type Composer = NonNullable<Accepted['composer']>;
type Tool = NonNullable<Composer['tools']>[number];
type AsAsked = Omit<Accepted, 'api' | 'composer'> & {
  api: Keyed<Accepted['api']>;
  composer?: Omit<Composer, 'tools'> & {
    tools?: (Omit<Tool, 'icon'> & { icon: NonNullable<Tool['icon']> })[];
  };
};

true satisfies Same<Plain<AsAsked>, Plain<ChatKitOptions>>;
true satisfies Same<v.InferInput<typeof icon>, ChatKitIcon>;
