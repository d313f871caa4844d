/*
 * The chat in two other engines than Chromium's: WebKit's, which is that of Safari and of every browser on an iPhone,
 * and Firefox's. It is the same journey in both, from the first question to a page of another origin.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { ANSWER, QUESTION } from './engines/engine-chat';
import { ENGINES, expect, test } from './engines/engine-test';
import { KEY } from './engines/webdriver';

for (const engine of ENGINES) {
  test.describe(engine, () => {
    test.use({ engine });

    test('a chat is asked, stopped, kept, found again and deleted', { tag: '@engine' }, async ({
      chat,
      address,
    }) => {
      const { browser } = chat;
      let said: string[] = [];

      await test.step('the page opens with a start screen', async () => {
        await browser.goto(address);
        // The chat's own history, which the demo app leaves out because its sidebar has one.
        const own = JSON.stringify({ history: { enabled: true } });
        await chat.inPage((options) => localStorage.setItem('chatkit-link:options', options), own);
        await browser.reload();
        await chat.expectSeen('textarea', 'Message');
        await chat.expectSeen('h1, h2', 'What would you like to know?');
      });
      await test.step('a suggestion is asked, and results come in', async () => {
        await chat.click('What survives a reload?');
        await chat.expectSeen('.workflow-summary');
      });
      await test.step('the answer has citations', async () => {
        await chat.answered();
        await chat.expectSeen('a', 'Source 1:*');
        await chat.shot('1-answer');
      });
      await test.step('the search opens, and folds again', async () => {
        await chat.click('*', '.workflow-summary');
        await chat.expectSeen('.workflow-summary[aria-expanded=true]', '*');
        await chat.click('*', '.workflow-summary');
        await chat.expectSeen('.workflow-summary[aria-expanded=false]', '*');
      });
      await test.step('the answer is rated', async () => {
        await chat.click('Good response');
        await chat.expectSeen('button[aria-pressed=true]', 'Good response');
      });
      await test.step('it is written once more', async () => {
        await chat.click('Retry');
        await chat.expectSeen('button', 'Stop');
        await chat.answered();
        await chat.expectCount(QUESTION, (count) => count === 1);
      });
      await test.step('a question is sent with the keyboard alone', async () => {
        await chat.write('And what about a server restart?');
        await browser.press(KEY.tab);
        expect(await chat.focused()).toBe('Send message');
        await browser.press(KEY.enter);
        await chat.expectText(QUESTION, 'And what about a server restart?');
        await chat.answered();
      });
      await test.step('all of it is there after a reload', async () => {
        said = await chat.conversation();
        await browser.reload();
        await expect.poll(() => chat.conversation().catch(() => [])).toEqual(said);
      });
      await test.step('the chat gets another name', async () => {
        await chat.click('History');
        await chat.click('Rename', 'button', '.entry');
        await chat.expectSeen('input', 'Chat title');
        await browser.press(...'Reloads and restarts', KEY.enter);
        await chat.click('Close');
        await chat.expectSeen('h2', 'Reloads and restarts');
        await chat.shot('2-renamed');
      });
      await test.step('a new chat begins, and the old one is found in the history', async () => {
        await chat.click('New chat');
        await chat.expectSeen('h1, h2', 'What would you like to know?');
        await chat.click('History');
        await chat.click('Reloads and restarts');
        await expect.poll(() => chat.conversation()).toEqual(said);
      });
      await test.step('the dark theme stays', async () => {
        const theme = () => document.documentElement.dataset.theme;
        await chat.clickInPage('Theme: *');
        await chat.clickInPage('Theme: *');
        await expect.poll(() => chat.inFrame(theme)).toBe('dark');
        await browser.reload();
        await expect.poll(() => chat.inFrame(theme).catch(() => null)).toBe('dark');
        await chat.shot('3-dark');
      });
      await test.step('the chat is deleted', async () => {
        await chat.click('History');
        await chat.click('Delete', 'button', '.entry');
        await chat.click('Delete', '[role=alertdialog] button');
        await chat.click('Close');
        await chat.expectCount('[role=log]', (count) => count === 0);
      });
      await test.step('an answer is stopped, and what it had said is kept', async () => {
        await browser.goto(`${address}?agent=story`);
        await chat.ask('Tell me a story');
        await chat.expectText(ANSWER, 'Line 100:');
        await browser.press(KEY.escape);
        await chat.answered();
        await browser.reload();
        await chat.expectText(ANSWER, 'Line 100:');
      });
      await test.step('a failed answer says why', async () => {
        await browser.goto(`${address}?agent=items`);
        await chat.ask('error');
        await chat.expectText('[role=alert]', 'The model is busy.');
        await chat.expectSeen('button', 'Try again');
        await chat.shot('4-failed');
      });
      await test.step('code has its colours, and a picture is enlarged', async () => {
        await chat.ask('everything');
        await chat.answered();
        await chat.expectText('.hljs-keyword', /async|await/);
        await chat.click('Enlarge Made for this answer');
        await chat.expectSeen('dialog', 'Made for this answer');
        await chat.shot('5-enlarged');
        await browser.press(KEY.escape);
        await chat.expectGone('dialog');
      });
      await test.step('widgets draw a chart, and send what is chosen', async () => {
        await browser.goto(`${address}?agent=widgets`);
        await chat.ask('chart select');
        await chat.expectSeen('.recharts-surface');
        await chat.click('Plan');
        await chat.click('Team*', '[role=option]');
        await chat.expectText('.widget', 'sample.plan {"plan": "team"}');
        await chat.shot('6-widgets');
      });
    });

    test(
      'on a page of another origin the element is asked, given files, and told what to do',
      {
        tag: '@engine',
      },
      async ({ chat, shop, address }, info) => {
        const { browser } = chat;
        const events = () =>
          chat.inPage(() => window.received.map(([name]) => name).filter((name) => name !== 'log'));
        const setOptions = (url: string, more: object) =>
          chat.inPage(
            (api, rest) => {
              window.chat.setOptions({ api: { url: api, domainKey: 'local' }, ...rest });
            },
            url,
            more,
          );
        const mirror = `${address}chatkit/mirror`;

        await test.step('it gets ready with an address alone', async () => {
          await browser.goto(shop);
          await setOptions(mirror, { composer: { attachments: { enabled: true } } });
          await chat.expectSeen('textarea', 'Message');
          expect(await events()).toEqual(['ready']);
        });
        await test.step('it is asked', async () => {
          await chat.ask('Is this the shop?');
          await chat.expectText(ANSWER, 'text: Is this the shop?');
          await chat.answered();
          expect(await events()).toEqual(['ready', 'response.start', 'thread.change', 'response.end']);
        });
        await test.step('and asked again', async () => {
          await chat.ask('And the other question?');
          await chat.expectText(ANSWER, 'text: And the other question?');
          await chat.answered();
          await chat.expectCount(ANSWER, (count) => count === 2);
        });
        await test.step('a file reaches the agent whole', async () => {
          const order = info.outputPath('order.txt');
          await writeFile(order, 'Two jars');
          await chat.attach(order);
          await chat.expectSeen('li', '*order.txt*8 bytes*');
          await chat.ask('Here it is');
          const hash = createHash('sha256').update('Two jars').digest('hex').slice(0, 12);
          await chat.expectText(ANSWER, `files: order.txt text/plain ${hash}`);
          await chat.answered();
        });
        await test.step('the page sends a message, and opens and closes the history', async () => {
          await chat.inPage(async () => {
            await window.chat.sendUserMessage({ text: 'From the page' });
            await window.chat.showHistory();
          });
          await chat.expectSeen('.history');
          await chat.inPage(() => window.chat.hideHistory());
          await chat.expectGone('.history');
          await chat.expectText(ANSWER, 'text: From the page');
        });
        await test.step('other options are drawn at once', async () => {
          await setOptions(mirror, { theme: 'dark', locale: 'ar', header: { title: { text: 'Shop' } } });
          await chat.expectSeen('h2', 'Shop');
          const look = () => [document.documentElement.dataset.theme, document.documentElement.dir];
          await expect.poll(() => chat.inFrame(look)).toEqual(['dark', 'rtl']);
          await chat.shot('7-options');
        });
        await test.step('after a reload it opens the thread that the page names', async () => {
          const said = await chat.conversation();
          const thread = await chat.inPage(
            () => window.received.findLast(([name]) => name === 'thread.change')?.[1] as { threadId: string },
          );
          await browser.reload();
          await setOptions(mirror, { initialThread: thread.threadId });
          await expect.poll(() => chat.conversation().catch(() => [])).toEqual(said);
        });
      },
    );
  });
}
