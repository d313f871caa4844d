import { now } from './screen-reader/desktop';
import { Firefox, firefoxPath } from './screen-reader/firefox';
import { expect, test, wordCount } from './screen-reader/test';

// What Orca says, word for word. All in one file: they share a desktop, and with it one screen reader.
test.describe.configure({ mode: 'serial' });

/** Of the agent `heard`. */
const LOCK = Array(3)
  .fill(
    'A lock keeps two writers apart, and the second one waits until the first one is done. ' +
      'What it reads meanwhile is what was there before. ' +
      'That is why a reader is never kept waiting, however long the change takes.',
  )
  .join(' ');

test('Orca says an answer once and in order while it streams in Chromium', { tag: '@orca' }, async ({
  chat,
  desktop,
}) => {
  await chat.open('heard');
  await desktop.hears('Finished loading');
  await desktop.fallsSilent();
  const asked = now();
  await chat.ask('lock');
  await chat.answered();
  await expect.poll(() => desktop.words(asked).split('however long').length).toBe(4);
  await desktop.fallsSilent();
  const said = desktop.words(asked);
  expect(said).toContain(LOCK);
  report('Chromium', said, LOCK);

  const again = now();
  await chat.ask('fern');
  await chat.answered();
  await desktop.hears('a reminder?', again);
  const fern = desktop.words(again);
  for (const words of [
    'How to water a fern.',
    'Dr. Chen measured it: 3.5 litres a week are enough for a large one. Check the soil first.',
    '2. Water it from above. Check the soil first. 3. Empty',
    'Code block, python. Table with the columns Room, Days between. In winter',
  ]) {
    expect(fern).toContain(words);
  }
  expect(fern).not.toMatch(/[*`#|]|needs_water|example\.com/);

  // What is there when a page is loaded is read when its user reads it.
  const reloaded = now();
  await chat.page.reload();
  await expect(chat.answers().last()).toContainText('a reminder?');
  await desktop.fallsSilent();
  expect(desktop.words(reloaded)).not.toContain('wait a day longer');
});

test('Orca says an answer once and in order while it streams in Firefox', { tag: '@orca' }, async ({
  baseURL,
  desktop,
}) => {
  const path = firefoxPath();
  test.skip(!path && !process.env.CI, 'Firefox is not installed: apt install firefox-esr');
  const firefox = await Firefox.start(path ?? 'firefox-esr', desktop.env);
  try {
    const opened = now();
    await firefox.go(`${baseURL}?agent=heard`);
    await desktop.hears('ChatKit Link', opened);
    const element = `document.querySelector('openai-chatkit')`;
    await expect.poll(() => firefox.run(`return ${element} !== null`)).toEqual({ value: true });
    await desktop.fallsSilent();
    const asked = now();
    await firefox.run(`await ${element}.sendUserMessage({ text: 'lock' })`);
    await expect.poll(() => desktop.words(asked).split('however long').length).toBe(4);
    await desktop.fallsSilent();
    const said = desktop.words(asked);
    expect(said).toContain(LOCK);
    report('Firefox', said, LOCK);
  } finally {
    await firefox.stop();
  }
});

test('Orca says where the focus goes in a widget, and what an action has done', { tag: '@orca' }, async ({
  chat,
  desktop,
}) => {
  await chat.open('lock');
  await chat.ask("What are tonight's odds?");
  await chat.answered();
  const board = chat.log.getByRole('group', { name: 'Odds board' });
  const hearsOn = async (focus: () => Promise<unknown>, ...words: string[]) => {
    await desktop.fallsSilent();
    const since = now();
    await focus();
    for (const one of words) await desktop.hears(one, since);
  };
  await hearsOn(() => chat.button('Spread').focus(), 'Spread', 'pressed');
  for (const [game, team] of [
    ['New York Yankees @ Boston Red Sox', 'New York Yankees'],
    ['Los Angeles Lakers @ Golden State Warriors', 'Los Angeles Lakers'],
  ]) {
    const price = board
      .getByRole('table', { name: game })
      .getByRole('button', { name: `${team}, ` })
      .first();
    const name = (await price.getAttribute('aria-label')) ?? '';
    await hearsOn(() => price.focus(), name.replace('★ ', ''));
    await hearsOn(() => price.press('Enter'), `${team} `);
    await chat.answered();
  }
  await chat.button(/^Open slip/).press('Enter');
  const remove = chat.button(/^Remove New York Yankees/);
  await expect(remove).toBeVisible();
  await chat.answered();
  await hearsOn(() => remove.focus(), 'Remove New York Yankees');
  await hearsOn(() => remove.press('Enter'), 'Removed: New York Yankees');
});

function report(browser: string, said: string, answer: string) {
  const [spoken, written] = [wordCount(said), wordCount(answer)];
  console.log(`Orca said ${spoken} words of an answer of ${written} in ${browser}.`);
  expect(spoken).toBeLessThanOrEqual(1.2 * written);
}
