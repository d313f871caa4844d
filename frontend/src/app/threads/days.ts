/** Threads by when they were last used: today, yesterday, the week before, and then by month. */
import type { ListedThread } from './history-api';

export type Day = { name: string; threads: ListedThread[] };

const DAY_MS = 86_400_000;

/** In the order of the threads. lastWeek: what the six days before yesterday are called. */
export function byDay(threads: ListedThread[], locale: string, lastWeek: string, now = new Date()): Day[] {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const month = new Intl.DateTimeFormat(locale, { month: 'long' });
  const monthAndYear = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' });
  const nameOf = (moment: Date) => {
    // Days of the calendar, of which the ones on which clocks change have 23 hours or 25.
    const ago = Math.round((midnight(now) - midnight(moment)) / DAY_MS);
    if (ago <= 1) return capitalised(relative.format(-Math.max(ago, 0), 'day'), locale);
    if (ago <= 7) return lastWeek;
    return capitalised(
      (moment.getFullYear() === now.getFullYear() ? month : monthAndYear).format(moment),
      locale,
    );
  };
  const days: Day[] = [];
  for (const thread of threads) {
    const name = nameOf(new Date(thread.last_activity));
    const last = days.at(-1);
    if (last?.name === name) last.threads.push(thread);
    else days.push({ name, threads: [thread] });
  }
  return days;
}

const midnight = (moment: Date) =>
  new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

const capitalised = (words: string, locale: string) =>
  words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
