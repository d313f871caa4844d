import { expect, test } from './chat-page';

/*
 * Against two replicas behind a load balancer, which tests/faults/test_page.py starts: it names their processes by
 * port, and the page on which the balancer counts what each of them serves.
 */
const replicas = new Map((process.env.CHATKIT_LINK_E2E_REPLICAS ?? '').split(' ').map(portAndProcess));

function portAndProcess(named: string): [string, number] {
  const [port = '', id] = named.split(':');
  return [port, Number(id)];
}

/** The replica that streams the only answer there is. */
async function streaming(): Promise<string> {
  const [head = '', ...rows] = (await (await fetch(process.env.CHATKIT_LINK_E2E_STATE ?? '')).text()).split(
    '\n',
  );
  const names = head.replace('# ', '').split(',');
  const value = (row: string, name: string) => row.split(',')[names.indexOf(name)] ?? '';
  const busy = rows.filter((row) => value(row, 'pxname') === 'chat' && Number(value(row, 'scur')) > 0);
  return busy.map((row) => value(row, 'svname')).find((name) => replicas.has(name)) ?? '';
}

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
  const frozen = replicas.get(await streaming()) ?? 0;
  expect(frozen).toBeGreaterThan(0);
  process.kill(frozen, 'SIGSTOP');
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
    process.kill(frozen, 'SIGCONT');
  }
});
