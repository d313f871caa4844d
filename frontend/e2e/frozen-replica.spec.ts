import { order, streaming } from './breakable-servers';
import { expect, test } from './chat-page';

/** Against two replicas behind a load balancer, which tests/faults/test_page.py starts. */
test('an answer whose replica freezes says so within seconds, and can be had again @faults', async ({
  chat,
  page,
}) => {
  const words = 200;
  await page.goto('./?agent=words');
  await chat.ask(`${words} 50`);
  const answer = chat.answers().last();
  await expect(answer).toContainText('w20 ');
  await expect.poll(streaming).not.toBe('');
  const frozen = await streaming();
  await order('freeze', frozen);
  const began = performance.now();
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
  try {
    const retry = chat.button('Retry');
    await Promise.race([retry.waitFor(), chat.frame.getByText('Connection lost').waitFor()]);
    const noticed = seconds();
    await retry.waitFor();
    const ended = seconds();
    console.log(`noticed after ${noticed} s, the end after ${ended} s`);
    expect(ended).toBeLessThan(15);
    await expect(answer).toContainText('w20 ');
    await chat.shot('frozen');
    await retry.click();
    await expect(chat.answers().last()).toContainText(`w${words - 1}`);
    await chat.answered();
  } finally {
    await order('thaw', frozen);
  }
});
