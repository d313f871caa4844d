import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { HostPage } from './host-page';

const file = (name: string, mimeType: string, bytes: string | Buffer) => ({
  name,
  mimeType,
  buffer: Buffer.from(bytes),
});
/** One pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
);
const cat = file('cat.png', 'image/png', PIXEL);
const order = file('order.txt', 'text/plain', 'Two jars');
const fake = file('fake.png', 'image/png', 'no picture at all');

const tray = (host: HostPage) => host.frame.getByRole('list', { name: 'Attachments' });
const inTray = (host: HostPage, name: string) => tray(host).getByRole('listitem').filter({ hasText: name });
const choose = (host: HostPage, ...files: (typeof cat)[]) =>
  host.frame.getByTestId('files').setInputFiles(files);
const canSend = (host: HostPage) => expect(host.button('Send message')).toBeEnabled();
/** What the mirror agent finds in a file that reached it whole. */
const found = ({ name, mimeType, buffer }: typeof cat) =>
  `${name} ${mimeType} ${createHash('sha256').update(buffer).digest('hex').slice(0, 12)}`;

/** Options in each strategy, and where its bytes go. */
const strategies = [
  {
    name: 'in two phases',
    bytes: /\/files\/atc_\w+\?link=/,
    options: () => ({
      api: { url: 'chatkit/mirror', domainKey: 'local', uploadStrategy: { type: 'two_phase' } as const },
      composer: { attachments: { enabled: true } },
      initialThread: sessionStorage.getItem('thread'),
    }),
  },
  {
    name: 'directly',
    bytes: /\/files$/,
    options: () => ({
      api: {
        url: 'chatkit/mirror',
        domainKey: 'local',
        uploadStrategy: { type: 'direct', uploadUrl: 'files' } as const,
      },
      composer: { attachments: { enabled: true } },
      initialThread: sessionStorage.getItem('thread'),
    }),
  },
];

for (const { name, bytes, options } of strategies) {
  test(`files that are sent ${name} reach the agent, and are there after a reload`, async ({
    page,
    baseURL,
  }) => {
    const host = await HostPage.open(page, baseURL);
    await host.set(options);
    const uploads: string[] = [];
    page.on('request', (request) => bytes.test(request.url()) && uploads.push(request.url()));
    await choose(host, cat, order);
    await expect(inTray(host, 'cat.png').locator('img')).toHaveJSProperty('naturalWidth', 1);
    await expect(inTray(host, 'order.txt')).toContainText('8 bytes');
    await canSend(host);
    expect(uploads).toHaveLength(2);
    await host.shot(`uploads-${name.replaceAll(' ', '-')}`);
    const asked = host.request('threads.create');
    await host.ask('Look at these');
    expect((await asked).postDataJSON().params.input.attachments).toEqual([
      expect.stringMatching(/^atc_/),
      expect.stringMatching(/^atc_/),
    ]);
    await host.expectAgentReceived(`files: ${found(cat)}, ${found(order)}`);
    await expect(tray(host)).toHaveCount(0);

    const isDisplayed = async () => {
      const question = host.log.getByRole('article', { name: 'You said' });
      await expect(question.getByRole('img', { name: 'cat.png' })).toHaveJSProperty('naturalWidth', 1);
      await expect(question.getByTitle('order.txt')).toBeVisible();
    };
    await isDisplayed();
    const [, change] = (await host.received('thread.change'))[0] as [string, { threadId: string }];
    await page.evaluate((id) => sessionStorage.setItem('thread', id), change.threadId);
    await page.reload();
    await host.set(options);
    await isDisplayed();
  });

  test(`a file that is not accepted ${name} shows why, and can be tried again or taken out`, async ({
    page,
    baseURL,
  }) => {
    const host = await HostPage.open(page, baseURL);
    await host.set(options);
    let down = true;
    await page.route(bytes, (route) => (down ? route.abort('connectionfailed') : route.fallback()));
    await host.composer.fill('Look at this');
    await choose(host, order);
    await expect(inTray(host, 'order.txt').getByRole('alert')).toHaveText(
      'The server cannot be reached. Check your connection and try again.',
    );
    await expect(host.button('Send message')).toBeDisabled();
    await host.composer.press('Enter');
    await expect(host.composer).toHaveValue('Look at this');
    down = false;
    await host.button('Try again: order.txt').click();
    await canSend(host);
    await expect(host.frame.getByRole('alert')).toHaveCount(0);

    await choose(host, fake);
    await expect(inTray(host, 'fake.png').getByRole('alert')).toHaveText(
      'The file is called an image, but its content is none. Please attach the image itself.',
    );
    await expect(inTray(host, 'fake.png').locator('img')).toHaveCount(0);
    await expect(host.button('Try again: fake.png')).toHaveCount(0);
    await host.shot(`uploads-refused-${name.replaceAll(' ', '-')}`);
    await host.button('Remove fake.png').click();
    const deleted = page.waitForResponse(
      (answer) => answer.request().postData()?.includes('"attachments.delete"') ?? false,
    );
    await host.button('Remove order.txt').click();
    expect((await deleted).ok()).toBe(true);
    await expect(tray(host)).toHaveCount(0);
    await host.composer.press('Enter');
    await host.expectAgentReceived('files: none');
  });
}

test('files are dropped and pasted, and what the page does not take is named and left out', async ({
  page,
  baseURL,
  context,
}, info) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    api: {
      url: 'chatkit/mirror',
      domainKey: 'local',
      uploadStrategy: { type: 'direct', uploadUrl: 'files' },
    },
    composer: {
      attachments: {
        enabled: true,
        maxCount: 2,
        maxSize: { 'image/*': 1024 * 1024, '*': 100 },
        accept: { 'image/*': ['.png'], 'text/plain': ['.txt'] },
      },
    },
  }));
  const folder = info.outputPath('dropped');
  await mkdir(folder);
  const dropped = [
    order,
    file('long.txt', 'text/plain', 'x'.repeat(200)),
    file('song.mp3', 'audio/mpeg', 'x'),
  ];
  const files = await Promise.all(
    dropped.map(async ({ name, buffer }) => {
      await writeFile(join(folder, name), buffer);
      return join(folder, name);
    }),
  );
  const browser = await context.newCDPSession(page);
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    browser.send('Input.dispatchDragEvent', {
      type,
      x: 600,
      y: 300,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  await expect(host.button('Attach files')).toBeVisible();
  // The frame listens a moment after it is drawn.
  await expect(async () => {
    await drag('dragEnter');
    await drag('dragOver');
    await expect(host.frame.getByText('Drop files to attach them')).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await host.shot('uploads-drop');
  await drag('drop');
  await expect(host.frame.getByText('Drop files to attach them')).toHaveCount(0);
  await expect(inTray(host, 'order.txt')).toContainText('8 bytes');
  await expect(host.frame.getByRole('alert')).toHaveText(
    /“long\.txt” is too large: it has 200 bytes, and 100 bytes is the most\..*“song\.mp3” cannot be attached\. These types can: images or text files\./,
  );
  await host.button('Dismiss').click();
  await expect(host.composer).toBeFocused();

  await page.evaluate(async (bytes) => {
    const picture = new Blob([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], {
      type: 'image/png',
    });
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
  }, PIXEL.toString('base64'));
  await host.composer.press('ControlOrMeta+v');
  await expect(inTray(host, 'image.png').locator('img')).toHaveJSProperty('naturalWidth', 1);
  await choose(host, cat);
  await expect(host.frame.getByRole('alert')).toHaveText(
    'Up to 2 files can be sent with one message; one was left out.',
  );
  await expect(tray(host).getByRole('listitem')).toHaveCount(2);
  await canSend(host);
  await host.composer.press('Enter');
  await host.expectAgentReceived(`files: ${found(order)}, image.png image/png`);
});

test('a picture of a phone is sent as a JPEG where it can be read, and stands at the edge of its message', async ({
  page,
  baseURL,
}) => {
  const host = await HostPage.open(page, baseURL);
  await host.set(() => ({
    composer: {
      attachments: { enabled: true, accept: { 'image/jpeg': ['.jpg'], 'application/msword': ['.doc'] } },
    },
  }));
  // Taller than there is room, so that it is made to fit.
  const drawn = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 1600 });
    canvas.getContext('2d')?.fillRect(0, 0, 900, 1600);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  await choose(
    host,
    file('beach.HEIC', 'image/heic', Buffer.from(drawn, 'base64')),
    file('other.heic', 'image/heic', 'nothing that a browser reads'),
    file('notes.txt', 'text/plain', 'x'),
  );
  await expect(inTray(host, 'beach.jpg').locator('img')).toHaveJSProperty('naturalHeight', 1600);
  const alert = host.frame.getByRole('alert');
  await expect(alert).toContainText('“notes.txt” cannot be attached. These types can: JPEG or Word files.');
  await expect(alert).toContainText('“other.heic” is a picture in a format that this browser cannot read.');
  await canSend(host);
  await host.ask('Where is this?');
  await host.expectAgentReceived('beach.jpg image/jpeg');
  const edge = async (selector: string) => {
    const box = await host.log.locator(selector).first().boundingBox();
    return Math.round((box?.x ?? 0) + (box?.width ?? 0));
  };
  await expect.poll(async () => (await edge('.picture')) - (await edge('.bubble'))).toBe(0);
});

test.describe('with a keyboard on the screen', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('Enter makes a new line and the button sends, unless the page wants it otherwise', async ({
    page,
    baseURL,
  }) => {
    const host = await HostPage.open(page, baseURL);
    await host.set(() => ({}));
    await host.composer.fill('one');
    await host.composer.press('Enter');
    await host.composer.pressSequentially('two');
    await expect(host.composer).toHaveValue('one\ntwo');
    await host.button('Send message').tap();
    await host.expectAgentReceived('two');
    await page.evaluate(() => window.chat.setAttribute('enter-key', 'send'));
    await host.set(() => ({ frameTitle: 'Again' }));
    await host.composer.fill('three');
    await expect(host.composer).toHaveAttribute('enterkeyhint', 'send');
    await host.composer.press('Enter');
    await host.expectAgentReceived('three');
  });
});
