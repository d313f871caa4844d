import { AnswerWatch } from './answer-watch';
import { order, streaming } from './breakable-servers';
import { expect, test } from './chat-page';
import { LiveRegions } from './live-region';

/*
 * Against two replicas behind a load balancer, which tests/faults/test_page.py starts: the one that writes is killed,
 * and the other one goes on.
 */
const LINE = /Line \d+: /;
let killed = '';

async function killWriting() {
  await expect.poll(streaming).not.toBe('');
  killed = await streaming();
  await order('kill', killed);
}

test.beforeEach(({ chat }) => {
  chat.tolerated = /net::ERR_|50\d/;
});
test.afterEach(() => order('start', killed));

test('an answer goes on in its place when its replica is killed @faults', async ({ chat, page }) => {
  const live = await LiveRegions.of(page);
  await page.goto('./?agent=clerk');
  await chat.ask('Tell me a tale');
  const answer = chat.answers().last();
  await expect(answer).toContainText('Line 15: ');
  const watch = await AnswerWatch.of(chat, LINE);
  await killWriting();
  await chat.shot('replica-killed');
  await expect(answer).toContainText('Line 60: ');
  await chat.answered();
  await watch.sawOneAnswer();
  await watch.wasToldOnce(live, 'Line 60: ');
});

test('a page that is loaded in the pause sees the answer as it was, and go on @faults', async ({
  chat,
  page,
}) => {
  await page.goto('./?agent=clerk');
  await chat.ask('Tell me a tale');
  await expect(chat.answers().last()).toContainText('Line 15: ');
  await killWriting();
  await page.reload();
  await expect(chat.answers().last()).toContainText('Line 10: ');
  const watch = await AnswerWatch.of(chat, LINE);
  await chat.shot('replica-killed-reloaded');
  await expect(chat.answers().last()).toContainText('Line 60: ');
  await chat.answered();
  await watch.sawOneAnswer();
  await expect(chat.answers()).toHaveCount(1);
});
