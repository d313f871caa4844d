import { AnswerWatch } from './answer-watch';
import { type Blow, order } from './breakable-servers';
import { type ChatPage, expect, test } from './chat-page';
import { LiveRegions } from './live-region';

/*
 * Against a server that tests/faults/test_page.py starts, and starts again: what it was answering goes on.
 */
const LINE = /Line \d+: /;
const lost = (chat: ChatPage) => chat.frame.getByText('Connection lost. Reconnecting…');
/** The line of the tale that a person reads, and how far below the top of the page it stands. */
const HERE = 'Line 8: ';
const placeOf = (chat: ChatPage, line: string) =>
  chat.frame.getByText(line).evaluate((element) => Math.round(element.getBoundingClientRect().top));

/** Scrolls up with the wheel, from the end that the page follows, and gives the place where the line has come to rest. */
async function readOn(chat: ChatPage): Promise<number> {
  await chat.page.mouse.move(640, 300);
  await chat.page.mouse.wheel(0, -300);
  let place = Number.NaN;
  const rests = async () => {
    const before = place;
    place = await placeOf(chat, HERE);
    return place === before;
  };
  await expect.poll(rests, { intervals: [300] }).toBe(true);
  return place;
}

const blows: [Blow, string][] = [
  ['kill', 'killed'],
  ['terminate', 'stopped'],
];
test.beforeEach(({ chat }) => {
  chat.tolerated = /net::ERR_/;
});
test.afterEach(() => order('start'));

for (const [blow, done] of blows) {
  test(`an answer goes on in its place when its server was ${done} and starts again @faults`, async ({
    chat,
    page,
  }) => {
    const live = await LiveRegions.of(page);
    await chat.open('clerk');
    await chat.ask('Tell me a tale');
    const answer = chat.answers().last();
    await expect(answer).toContainText('Line 15: ');
    const watch = await AnswerWatch.of(chat, LINE);
    const place = await readOn(chat);

    await order(blow);
    await expect(lost(chat)).toBeAttached();
    await expect(chat.button('Stop')).toBeVisible();
    expect(await placeOf(chat, HERE)).toBe(place);
    await order('start');
    await expect(lost(chat)).toHaveCount(0);
    await expect(answer).toContainText('Line 60: ');
    await chat.answered();

    expect(await placeOf(chat, HERE)).toBe(place);
    await watch.sawOneAnswer();
    await watch.wasToldOnce(live, 'Line 60: ');
    await expect(chat.answers()).toHaveCount(1);
  });
}

test('the research of a server that was stopped goes on with its sources @faults', async ({ chat }) => {
  await chat.open('research');
  await chat.ask('How does an answer survive a reload of the page?');
  const answer = chat.answers().last();
  await expect(answer).toContainText(/(\S+\s+){12}/);
  const watch = await AnswerWatch.of(chat, /[A-Z][^.]{40,}\./);
  await order('terminate');
  await expect(lost(chat)).toBeVisible();
  await chat.shot('restart-pause-research');
  await order('start');
  await chat.answered();
  await watch.sawOneAnswer();
  await expect(chat.log.getByRole('heading', { name: 'Sources' })).toBeVisible();
  await chat.shot('restart-after-research');
});

test('a tool in the middle of which its server was killed has one line, and its answer comes @faults', async ({
  chat,
}) => {
  await chat.open('clerk');
  await chat.ask('Weigh parcel A');
  await expect(chat.log.locator('.workflow').getByText('Weigh')).toBeVisible();
  const watch = await AnswerWatch.of(chat, /The clerk says/);
  await order('kill');
  await expect(chat.button('Stop')).toBeVisible();
  await chat.shot('restart-pause-tool');
  await order('start');
  await expect(chat.answers().last()).toContainText('The clerk says: parcel A weighs 3 kg');
  await chat.answered();
  await watch.sawOneAnswer();
  await expect(chat.log.locator('.workflow')).toHaveCount(1);
  await chat.shot('restart-after-tool');
});

test('a tool that must not be called twice is called unclear when its server was killed @faults', async ({
  chat,
}) => {
  await chat.open('clerk');
  await chat.ask('Post parcel B');
  // Only what has begun is unclear: the tool itself waits until the database has that it begins.
  await expect(chat.log.getByText('The postman has it')).toBeVisible();
  const watch = await AnswerWatch.of(chat, /The clerk says/);
  await order('kill');
  await order('start');
  await expect(chat.answers().last()).toContainText('may or may not');
  await chat.answered();
  await watch.sawOneAnswer();
  await chat.shot('restart-unclear');
});

test('a tool that must not be called twice is done before its server stops @faults', async ({ chat }) => {
  await chat.open('clerk');
  await chat.ask('Post parcel C');
  await expect(chat.log.getByText('The postman has it')).toBeVisible();
  await order('terminate');
  await order('start');
  await expect(chat.answers().last()).toContainText('The clerk says: parcel C is posted');
  await chat.answered();
});

test('Stop ends an answer that has gone on @faults', async ({ chat, page }) => {
  await chat.open('clerk');
  await chat.ask('Tell me a tale');
  await expect(chat.answers().last()).toContainText('Line 5: ');
  await order('kill');
  await order('start');
  await expect(chat.answers().last()).toContainText('Line 15: ');
  await chat.button('Stop').click();
  await chat.answered();
  await expect(chat.frame.getByText('Stopped')).toBeVisible();
  await page.reload();
  await expect(chat.answers().last()).toContainText('Line 15: ');
  await expect(chat.answers().last()).not.toContainText('Line 60: ');
  await expect(chat.button('Stop')).toHaveCount(0);
});
