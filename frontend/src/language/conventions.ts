/*
 * How dates and numbers are written. A language with words of ours writes them itself. English words for a reader
 * whose language has none of ours take the numbers and dates of that reader and leave all that is a word to English:
 * "in 20 seconds", "1,5 MB". A date is in figures then, in the order and the calendar of the locale: 2026-03-01 in
 * Swedish, 1. 3. 2026 in Czech.
 */
type Part = { type: string; value: string };

export type Conventions = {
  time(moment: Date): string;
  day(moment: Date): string;
  dayAndYear(moment: Date): string;
  /** A day of the calendar, as the midnight of UTC that it begins with. */
  date(midnight: Date): string;
  number(value: number): string;
  /** The parts of a sentence of Intl, with their figures. */
  join(parts: readonly Part[]): string;
};

const TIME = { hour: '2-digit', minute: '2-digit' } as const;
const DAY = { day: 'numeric', month: 'short' } as const;
const FIGURES = { day: 'numeric', month: 'numeric', year: 'numeric' } as const;
const DIGITS = new Set(['integer', 'group', 'decimal', 'fraction']);

export function conventionsOf(locale: string): Conventions {
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (moment: Date) => format.format(moment);
  };
  const number = new Intl.NumberFormat(locale);
  return {
    time: date(TIME),
    day: date(DAY),
    dayAndYear: date({ ...DAY, year: 'numeric' }),
    date: date({ dateStyle: 'medium', timeZone: 'UTC' }),
    number: (value) => number.format(value),
    join: (parts) => parts.map(({ value }) => value).join(''),
  };
}

export function wordlessConventionsOf(locale: string): Conventions {
  const time = new Intl.DateTimeFormat(locale, TIME);
  const day = dateInFigures(locale);
  const number = new Intl.NumberFormat(locale);
  return {
    time: (moment) => withoutWords(time.formatToParts(moment), moment.getHours() < 12 ? 'AM' : 'PM'),
    day,
    dayAndYear: day,
    date: dateInFigures(locale, 'UTC'),
    number: (value) => number.format(value),
    join: (parts) => joinWithFiguresOf(locale, parts),
  };
}

function dateInFigures(locale: string, timeZone?: string): (moment: Date) => string {
  const format = new Intl.DateTimeFormat(locale, { ...FIGURES, ...(timeZone && { timeZone }) });
  return (moment) => withoutWords(format.formatToParts(moment));
}

/** "1.03.2026" for "1.03.2026 г.", and "2:05 PM" for "2:05 μ.μ.". */
function withoutWords(parts: readonly Part[], half = ''): string {
  const written = ({ type, value }: Part) =>
    type === 'dayPeriod' ? half : /\p{L}/u.test(value) ? '' : value;
  return parts.map(written).join('').trim();
}

function joinWithFiguresOf(locale: string, parts: readonly Part[]): string {
  let joined = '';
  let figures = '';
  const flush = () => {
    if (!figures) return;
    const minimumFractionDigits = figures.split('.')[1]?.length ?? 0;
    joined += new Intl.NumberFormat(locale, { minimumFractionDigits }).format(Number(figures));
    figures = '';
  };
  for (const { type, value } of parts) {
    if (!DIGITS.has(type)) {
      flush();
      joined += value;
    } else if (type !== 'group') {
      figures += type === 'decimal' ? '.' : value;
    }
  }
  flush();
  return joined;
}
