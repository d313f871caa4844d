/** Which files may be attached, by the options of the host page, and why one may not, as a sentence. */
import type { ChatKitOptions } from '@openai/chatkit';
import type { Language } from '../../language/language';

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

/** For the file dialog's own filter. */
export const acceptAttribute = (accept: AttachmentOptions['accept']) =>
  accept && Object.entries(accept).flat(2).join(',');

function isAccepted({ name, type }: File, accept: AttachmentOptions['accept']): boolean {
  if (!accept) return true;
  const lower = name.toLowerCase();
  return Object.entries(accept).some(
    ([mime, extensions]) =>
      matches(type, mime) || extensions.some((extension) => lower.endsWith(extension.toLowerCase())),
  );
}

function takenTypes(accept: AttachmentOptions['accept'] = {}, { text, anyOf }: Language): string {
  const families: Record<string, string> = text.files.families;
  const familyOf = (family: string) => families[family] ?? family;
  const named = Object.entries(accept).flatMap(([mime, extensions]) =>
    extensions.length
      ? extensions
      : [mime.endsWith('/*') ? familyOf(mime.slice(0, -2)) : mime.replace(/.*\//, '.')],
  );
  const types = named.map((type) => (type.startsWith('.') ? type.slice(1).toUpperCase() : type));
  return anyOf([...new Set(types)]);
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
