import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';

/** The folder that the workshop of this server edits. */
const folder = process.env.CHATKIT_LINK_E2E_WIDGETS ?? '';
const file = (name: string) => join(folder, `${name}.widget`);

const CARD = {
  version: '1.0',
  name: 'Order',
  template:
    '{"type":"Card","children":[{"type":"Title","value":{{ title | tojson }}},{"type":"Button","label":"Buy","onClickAction":{"type":"shop.buy","handler":"client","payload":{"title":{{ title | tojson }}}}}]}',
  jsonSchema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
};
const encoded = (sample: object) =>
  Buffer.from(JSON.stringify({ id: 'b', name: 'Order', view: '<Card/>', defaultState: sample })).toString(
    'base64url',
  );
const put = (name: string, title: string) =>
  writeFileSync(file(name), JSON.stringify({ ...CARD, encodedWidget: encoded({ title }) }));
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `e2e/artifacts/workshop-${name}.png`, animations: 'disabled' });
const field = (page: Page, name: string) => page.getByRole('textbox', { name });

test.skip(!folder, 'the folder of widgets is named by make test');
test.afterEach(() => {
  for (const name of ['order', 'builder']) rmSync(file(name), { force: true });
});

test('every widget is in the gallery, light and dark, wide and narrow', async ({ page }) => {
  await page.goto('workshop');
  await expect(
    page.getByRole('region', { name: 'search-results' }).locator('.w-card, .w-list'),
  ).toBeVisible();
  await expect(page.getByRole('list', { name: 'Problems' })).toHaveCount(0);
  await shot(page, 'gallery-1280');
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await shot(page, 'gallery-390');
});

/** Every .widget file of the repository, by its name. */
const EVERY = new Map(
  ['widgets', 'examples', 'docs', 'tests', 'frontend/e2e'].flatMap((root) =>
    readdirSync(`../${root}`, { recursive: true, encoding: 'utf-8' })
      .filter((path) => path.endsWith('.widget'))
      .map((path): [string, string] => [basename(path, '.widget'), join('..', root, path)]),
  ),
);

test('every widget of the repository is drawn in both schemes, and none is blank or broken', async ({
  page,
}) => {
  expect([...EVERY.keys()]).toEqual(
    expect.arrayContaining(['search-results', 'odds-board', 'line-movement']),
  );
  const there = new Set(readdirSync(folder));
  const copied = [...EVERY].filter(([name]) => !there.has(`${name}.widget`));
  for (const [name, path] of copied) copyFileSync(path, file(name));
  try {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto('workshop');
    for (const scheme of ['light', 'dark']) {
      await page.locator('html').evaluate((html, name) => {
        html.dataset.theme = name;
      }, scheme);
      for (const name of EVERY.keys()) {
        const entry = page.getByRole('region', { name, exact: true }).first();
        const widget = entry.locator('.widget');
        await expect(widget, name).toBeVisible();
        await expect(entry.getByRole('list', { name: 'Problems' }), name).toHaveCount(0);
        await expect(widget.locator('.w-note'), name).toHaveCount(0);
        for (const chart of await widget.locator('.w-plot').all())
          await expect(chart.locator('.recharts-surface path').first(), name).toBeAttached();
        const picture = await widget.screenshot({ path: `e2e/artifacts/widgets/file-${scheme}-${name}.png` });
        expect(await colours(page, picture), `${name} is not blank`).toBeGreaterThan(2);
        expect(await widget.evaluate((box) => box.scrollWidth - box.clientWidth), `${name} fits`).toBe(0);
      }
    }
  } finally {
    for (const [name] of copied) rmSync(file(name), { force: true });
  }
});

/** How many colours a picture has: one where it is blank, two where it is an empty frame. */
const colours = (page: Page, picture: Buffer) =>
  page.evaluate(async (encodedPicture) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encodedPicture}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    // Well inside the edge, so that the round corners of an empty frame do not count.
    const { data } = context.getImageData(24, 12, image.width - 48, image.height - 24);
    return new Set(new Uint32Array(data.buffer)).size;
  }, picture.toString('base64'));

test('a widget is edited, fires its action, follows its file and is saved', async ({ page }) => {
  put('order', 'Tent');
  await page.goto('workshop');
  await page
    .getByRole('region', { name: 'order', exact: true })
    .getByRole('button', { name: 'Order', exact: true })
    .click();
  const widget = page.getByRole('region', { name: 'Widget' });
  await expect(widget).toContainText('Tent');

  await test.step('what is typed is drawn, and what is wrong is displayed beside the last good one', async () => {
    await field(page, 'Data').fill('{"title": 7}');
    await expect(page.getByRole('list', { name: 'Problems' })).toContainText("7 is not of type 'string'");
    await expect(widget).toContainText('Tent');
    await field(page, 'Schema').fill('{"type":');
    await expect(page.getByRole('list', { name: 'Problems' })).toContainText('Not JSON');
    await field(page, 'Schema').fill(JSON.stringify(CARD.jsonSchema));
    await field(page, 'Data').fill('{"title": "Stove"}');
    await expect(widget).toContainText('Stove');
  });

  await test.step('an action is displayed with its payload', async () => {
    await widget.getByRole('button', { name: 'Buy' }).click();
    await expect(page.getByRole('region', { name: 'Actions' })).toContainText('"title": "Stove"');
    await page.getByRole('slider', { name: 'Width' }).fill('320');
    await expect.poll(() => widget.evaluate((box) => box.clientWidth)).toBe(320);
    await shot(page, 'editor-1280');
  });

  await test.step('a file saved elsewhere is offered, and what was typed stays', async () => {
    put('order', 'Lamp');
    await expect(page.getByText('The file was changed on disk')).toBeVisible({ timeout: 3_000 });
    await expect(field(page, 'Data')).toHaveText('{"title": "Stove"}');
    await page.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    const saved = JSON.parse(readFileSync(file('order'), 'utf-8'));
    const view = JSON.parse(Buffer.from(saved.encodedWidget, 'base64url').toString());
    expect(view).toMatchObject({ view: '<Card/>', defaultState: { title: 'Stove' } });
  });

  await test.step('where nothing is typed, the page follows the file', async () => {
    put('order', 'Rope');
    await expect(widget).toContainText('Rope', { timeout: 3_000 });
  });

  await page.getByRole('button', { name: 'Dark' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await shot(page, 'editor-390');
});

const ACTING = {
  ...CARD,
  name: 'Acting',
  template: JSON.stringify({
    type: 'Card',
    children: [
      { type: 'Text', value: 'As in the file' },
      {
        type: 'Button',
        label: 'Count',
        onClickAction: { type: 'count', payload: { by: 2 }, streaming: false },
      },
      { type: 'Button', label: 'Ask', onClickAction: { type: 'ask', payload: { of: 'tea' } } },
    ],
  }),
  encodedWidget: encoded({ title: '' }),
};

test('an action is sent to the real server, and what comes back changes the widget', async ({ page }) => {
  writeFileSync(file('order'), JSON.stringify(ACTING));
  await page.goto('workshop');
  await page.getByRole('button', { name: 'Acting', exact: true }).click();
  const widget = page.getByRole('region', { name: 'Widget' });
  const actions = page.getByRole('region', { name: 'Actions' });
  const newest = actions.getByRole('listitem').first();
  await actions.getByRole('combobox', { name: 'Agent' }).selectOption('Widgets');

  await test.step('one that is answered at once', async () => {
    await widget.getByRole('button', { name: 'Count' }).click();
    await expect(widget).not.toContainText('count {"by": 2}');
    await newest.getByRole('button', { name: 'Send' }).click();
    await expect(widget).toContainText('count {"by": 2}');
    await expect(newest).toContainText('updated_item');
  });

  await test.step('one that is streamed', async () => {
    await widget.getByRole('button', { name: 'Ask' }).click();
    await newest.getByRole('button', { name: 'Send' }).click();
    await newest.getByText('thread.item.done', { exact: true }).click();
    await expect(newest).toContainText('ask {\\"of\\": \\"tea\\"}');
    await shot(page, 'sent-1280');
  });

  await test.step('a refusal is a sentence', async () => {
    await actions.getByRole('combobox', { name: 'Agent' }).selectOption('Research');
    await newest.getByRole('button', { name: 'Send again' }).click();
    await expect(newest).toContainText('This assistant does not answer that action.');
  });

  await page.getByRole('button', { name: 'Back to the draft' }).click();
  await expect(widget).not.toContainText('count {"by": 2}');
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.screenshot({
    path: 'e2e/artifacts/workshop-sent-390.png',
    fullPage: true,
    animations: 'disabled',
  });
});

test('an export of the Widget Builder works as it is dropped in', async ({ page }) => {
  await page.goto('workshop');
  await page.getByLabel('Open a file').setInputFiles({
    name: 'builder.widget',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify({ ...CARD, encodedWidget: encoded({ title: 'From the Builder' }) })),
  });
  await expect(page.getByRole('region', { name: 'Widget' })).toContainText('From the Builder');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  expect(JSON.parse(readFileSync(file('builder'), 'utf-8')).name).toBe('Order');
});
