import { type Conventions, conventionsOf } from './conventions';

/** Dates, sizes and lists as a language writes them. */
export type Formats = {
  /** When something was, as short as possible; nothing for what is no moment. */
  day(moment: string, now?: Date): string;
  /** A day of the calendar, given as YYYY-MM-DD. */
  date(day: string): string;
  number(value: number): string;
  /** A number as short as possible, such as 1.2K. */
  compact(value: number): string;
  /** A number of bytes in the units that users know from their files: 1.5 MB. */
  size(bytes: number): string;
  /** How long something took, from seconds: 8 seconds, 2 min 5 sec. */
  duration(seconds: number): string;
  /** When something will be, from seconds, rounded up: in 20 seconds, in 2 minutes. */
  soon(seconds: number): string;
  /** These, these or these. */
  anyOf(things: readonly string[]): string;
};

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];

/** locale: of the words. conventions: of the numbers and dates between them. */
export function formatsIn(locale: string, conventions: Conventions = conventionsOf(locale)): Formats {
  const { join } = conventions;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const counted = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  const choice = new Intl.ListFormat(locale, { type: 'disjunction' });
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const sizes = UNITS.map((unit, at) =>
    [0, 1].map(
      (maximumFractionDigits) =>
        new Intl.NumberFormat(locale, {
          style: 'unit',
          unit,
          unitDisplay: at ? 'short' : 'long',
          maximumFractionDigits,
        }),
    ),
  );
  const unit = (name: string, unitDisplay: 'long' | 'short', value: number) =>
    join(new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay }).formatToParts(value));
  const ago = (days: number) => capitalised(relative.format(-days, 'day'), locale);
  const within = (count: number, name: Intl.RelativeTimeFormatUnit) =>
    join(counted.formatToParts(count, name));

  return {
    day(moment, now = new Date()) {
      const date = new Date(moment);
      if (Number.isNaN(date.getTime())) return '';
      if (date.toDateString() === now.toDateString()) return `${ago(0)}, ${conventions.time(date)}`;
      const yesterday = new Date(now);
      yesterday.setDate(now.getDate() - 1);
      if (date.toDateString() === yesterday.toDateString()) return ago(1);
      return date.getFullYear() === now.getFullYear() ? conventions.day(date) : conventions.dayAndYear(date);
    },
    date: (day) => conventions.date(new Date(`${day}T00:00:00Z`)),
    number: conventions.number,
    compact: (value) => join(compact.formatToParts(value)),
    size(bytes) {
      let unit = 0;
      let size = bytes;
      while (size >= 1024 && unit < UNITS.length - 1) {
        size /= 1024;
        unit++;
      }
      return join(sizes[unit]?.[size < 10 && unit > 0 ? 1 : 0]?.formatToParts(size) ?? []);
    },
    duration(seconds) {
      const whole = Math.round(seconds);
      if (whole < 60) return unit('second', 'long', whole);
      const rest = whole % 60;
      const minutes = unit('minute', 'short', (whole - rest) / 60);
      return rest ? `${minutes} ${unit('second', 'short', rest)}` : minutes;
    },
    soon(seconds) {
      const minutes = Math.ceil(seconds / 60);
      if (seconds < 60) return within(Math.ceil(seconds), 'second');
      return minutes < 60 ? within(minutes, 'minute') : within(Math.ceil(minutes / 60), 'hour');
    },
    anyOf: (things) => choice.format(things),
  };
}

const capitalised = (words: string, locale: string) =>
  words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
