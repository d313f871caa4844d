/** Which files may be attached, by the options of the host page, and why one may not, as a sentence. */
import type { ChatKitOptions } from '@openai/chatkit';

export type AttachmentOptions = NonNullable<NonNullable<ChatKitOptions['composer']>['attachments']>;

/** ChatKit's own defaults (@openai/chatkit, ComposerOption.attachments). */
const MAX_SIZE = 100 * 1024 * 1024;
const MAX_COUNT = 10;

export const maxCountOf = ({ maxCount }: AttachmentOptions) => maxCount ?? MAX_COUNT;

export function tooMany(options: AttachmentOptions, left: number): string {
  const max = maxCountOf(options);
  const files = max === 1 ? 'One file' : `Up to ${max} files`;
  return `${files} can be sent with one message; ${left === 1 ? 'one was' : `${left} were`} left out.`;
}

export function refusalOf(file: File, options: AttachmentOptions): string | null {
  const name = `“${file.name}”`;
  if (!isAccepted(file, options.accept)) return `${name} cannot be attached. ${takenTypes(options.accept)}`;
  if (file.size === 0) return `${name} is empty.`;
  const limit = limitFor(file.type, options.maxSize);
  if (file.size > limit) {
    return `${name} is too large: it has ${sizeOf(file.size)}, and ${sizeOf(limit)} is the most.`;
  }
  return null;
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

function takenTypes(accept: AttachmentOptions['accept'] = {}): string {
  const named = Object.entries(accept).flatMap(([mime, extensions]) =>
    extensions.length ? extensions : [mime.endsWith('/*') ? familyOf(mime) : mime.replace(/.*\//, '.')],
  );
  const types = named.map((type) => (type.startsWith('.') ? type.slice(1).toUpperCase() : type));
  return `These types can: ${[...new Set(types)].join(', ')}.`;
}

function familyOf(pattern: string): string {
  const families: Record<string, string> = {
    image: 'images',
    audio: 'audio',
    video: 'videos',
    text: 'text files',
  };
  const family = pattern.replace('/*', '');
  return families[family] ?? family;
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

const UNITS = ['bytes', 'KB', 'MB', 'GB'];

/** In the units that people know from their files: 1.5 MB. */
export function sizeOf(bytes: number): string {
  if (bytes === 1) return '1 byte';
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size < 10 && unit > 0 ? Number(size.toFixed(1)) : Math.round(size)} ${UNITS[unit]}`;
}
