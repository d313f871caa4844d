import { type ChatPage, expect, test } from './chat-page';

/** Scrolls in these steps, one a frame; how long each frame took, in milliseconds. */
const scrolled = (chat: ChatPage, steps: number[]) =>
  chat.log.evaluate(async (log, by) => {
    const box = log.closest('.thread') as HTMLElement;
    const times: number[] = [];
    let last = await new Promise<number>(requestAnimationFrame);
    for (const step of by) {
      box.scrollTop += step;
      const now = await new Promise<number>(requestAnimationFrame);
      times.push(now - last);
      last = now;
    }
    return times;
  }, steps);

/** Goes to the beginning of a thread, which still has to be loaded; resolves with how many turns there are. */
const toBeginning = (chat: ChatPage) =>
  chat.log.evaluate(async (log) => {
    const box = log.closest('.thread') as HTMLElement;
    while (box.querySelector('.load-older') || box.scrollTop > 0) {
      box.scrollTop = 0;
      await new Promise(requestAnimationFrame);
    }
    return log.querySelectorAll('.turn').length;
  });

/** Back and forth, as a user does who looks for something. */
const LOOKING = Array.from({ length: 120 }, (_, at) => (at % 40 < 20 ? -40 : 40));

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
const summaryOf = (times: number[]) => {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  return `${times.length} frames, median ${at(0.5)} ms, 95th ${at(0.95)} ms, longest ${at(1)} ms`;
};

async function openStored(chat: ChatPage, scene: string) {
  await chat.open('items');
  await chat.ask(scene);
  await chat.answered();
  await chat.page.reload();
  await expect(chat.answers().last()).toHaveText('All of them are stored.');
}

test('older messages come in above, and what is being read stays where it is', async ({ chat }) => {
  await openStored(chat, 'sixty');
  const moved = await chat.log.evaluate(async (log) => {
    const box = log.closest('.thread') as HTMLElement;
    const turns = () => log.querySelectorAll('.turn').length;
    const frame = () => new Promise(requestAnimationFrame);
    const moves: number[] = [];
    while (box.querySelector('.load-older')) {
      box.scrollTop = 0;
      await frame();
      const [known, read] = [turns(), log.querySelectorAll('.turn')[1] as HTMLElement];
      const before = read.getBoundingClientRect().top;
      const at = box.scrollTop;
      while (turns() === known && box.querySelector('.load-older')) await frame();
      await frame();
      if (at === 0) moves.push(Math.abs(read.getBoundingClientRect().top - before));
    }
    return moves;
  });
  expect(moved.length).toBeGreaterThan(0);
  // What is above the first turn, a button, may come or go with it.
  for (const move of moved) expect(move).toBeLessThan(2);
  await expect(chat.log.getByText('sixty', { exact: true })).toBeAttached();
});

test('a thread of a thousand items scrolls as smoothly as one of twenty', { tag: '@timing' }, async ({
  chat,
}) => {
  await openStored(chat, 'thousand');
  const few = await scrolled(chat, LOOKING);
  expect(await toBeginning(chat)).toBe(501);
  const height = await chat.log.evaluate((log) => log.scrollHeight);
  const through = await scrolled(chat, new Array(200).fill(height / 200));
  await expect(chat.answers().last()).toBeInViewport();
  const many = await scrolled(chat, LOOKING);
  console.log(`scrolling at the end of the newest items: ${summaryOf(few)}`);
  console.log(`the same with 1,000 items above:          ${summaryOf(many)}`);
  console.log(`through all of the 1,000 items:           ${summaryOf(through)}`);
  const usual = Math.max(median(few), 1000 / 60);
  expect(median(many)).toBeLessThan(3 * usual);
  expect(median(through)).toBeLessThan(3 * usual);
});

test('a long answer streams as smoothly at its end as at its beginning', { tag: '@timing' }, async ({
  chat,
  page,
}) => {
  await chat.open('items');
  await page.frames()[1]?.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { times });
    let last = performance.now();
    const tick = (now: number) => {
      times.push(now - last);
      last = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await chat.ask('long');
  await chat.answered();
  const times = (await page.frames()[1]?.evaluate('window.times')) as number[];
  const quarter = Math.floor(times.length / 4);
  const first = times.slice(0, quarter);
  const last = times.slice(-quarter);
  console.log(`streaming 5,000 words, first quarter: ${summaryOf(first)}`);
  console.log(`streaming 5,000 words, last quarter:  ${summaryOf(last)}`);
  // A frame that grows with the answer would be ten times as long; another process of the machine makes it twice.
  expect(median(last)).toBeLessThan(3 * Math.max(median(first), 1000 / 60));
});
