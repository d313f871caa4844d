/** Which files may be attached, by the options of the host page, and why one may not, as a sentence. */
import type { ChatKitOptions } from '@openai/chatkit';
import type { Language, Text } from '../../language/language';
import { ChatKitProblem, sentenceFor } from '../../protocol/problems';
import { formatName, isNamed } from './format-names';

export type AttachmentOptions = NonNullable<NonNullable<ChatKitOptions['composer']>['attachments']>;

/** ChatKit's own defaults (@openai/chatkit, ComposerOption.attachments). */
const MAX_SIZE = 100 * 1024 * 1024;
const MAX_COUNT = 10;

export const maxCountOf = ({ maxCount }: AttachmentOptions) => maxCount ?? MAX_COUNT;

export function refusalOf(file: File, options: AttachmentOptions, language: Language): string | null {
  const { name } = file;
  const { files } = language.text;
  if (!isAccepted(file, options.accept)) return files.refused(name, takenTypes(options.accept, language));
  if (file.size === 0) return files.empty(name);
  const limit = limitFor(file.type, options.maxSize);
  return file.size > limit ? files.tooLarge(name, language.size(file.size), language.size(limit)) : null;
}

/** Why the server did not take a file, in this page's own names of types where it says which ones it takes. */
export function failureOfUpload(error: unknown, name: string, language: Language): string {
  if (!(error instanceof ChatKitProblem && error.types?.length)) return sentenceFor(error, language);
  const accept = Object.fromEntries(error.types.map((type) => [type, []]));
  return language.text.files.refused(name, takenTypes(accept, language));
}

/** The same file is refused again for its size, its type or what is in it. */
export const isFinal = (error: unknown) =>
  error instanceof ChatKitProblem && [413, 415, 422].includes(error.status);

/** For the file dialog's own filter. */
export const acceptAttribute = (accept: AttachmentOptions['accept']) =>
  accept && Object.entries(accept).flat(2).join(',');

export function isAccepted(
  { name, type }: Pick<File, 'name' | 'type'>,
  accept: AttachmentOptions['accept'],
): boolean {
  if (!accept) return true;
  const lower = name.toLowerCase();
  return Object.entries(accept).some(
    ([mime, extensions]) =>
      matches(type, mime) || extensions.some((extension) => lower.endsWith(extension.toLowerCase())),
  );
}

/** What may be attached, as people name it: "images, Word, or Excel files". */
function takenTypes(accept: AttachmentOptions['accept'] = {}, { text, anyOf }: Language): string {
  const families: Record<string, string> = text.files.families;
  const whole = Object.keys(accept).filter((type) => type.endsWith('/*'));
  // Without a name of its own, plain text is the family.
  const isFamily = (type: string) => type === 'text/plain' || type.endsWith('/*');
  const named = Object.entries(accept)
    .filter(([type]) => !isFamily(type) && !whole.some((family) => matches(type, family)))
    .flatMap(([type, extensions]) => (extensions.length && !isNamed(type) ? extensions : [type]))
    .map(formatName);
  const listed = Object.keys(accept)
    .filter(isFamily)
    .map((type) => type.replace(/\/.*/, ''))
    .map((family) => families[family] ?? family);
  return anyOf([...new Set(listed), ...inList([...new Set(named)], text.files.formats)]);
}

function inList(names: string[], { alone, first, middle, last }: Text['files']['formats']): string[] {
  const end = names.length - 1;
  return names.map((name, at) => {
    if (at === 0) return end === 0 ? alone(name) : first(name);
    return at === end ? last(name) : middle(name);
  });
}

/** The narrowest pattern decides: its own type, then its family, then the rest. */
function limitFor(type: string, maxSize: AttachmentOptions['maxSize']): number {
  if (maxSize === undefined || typeof maxSize === 'number') return maxSize ?? MAX_SIZE;
  return (
    maxSize[type] ??
    maxSize[type.replace(/\/.*/, '/*')] ??
    maxSize['*/*'] ??
    maxSize['*'] ??
    maxSize[''] ??
    MAX_SIZE
  );
}

function matches(type: string, pattern: string): boolean {
  if (pattern === '*' || pattern === '*/*') return true;
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
