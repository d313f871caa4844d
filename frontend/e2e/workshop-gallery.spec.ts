/*
 * The workshop as a place to work: starters, the browser's drafts, the palette, deep links and exports. The editor of
 * one file is walked in workshop.spec.ts.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { hasNothingSerious } from './axe';

/** The folder that the workshop of this server edits. */
const folder = process.env.CHATKIT_LINK_E2E_WIDGETS ?? '';
const file = (name: string) => join(folder, `${name}.widget`);
const STARTERS = readdirSync('../chatkit_link/workshop/starters')
  .filter((name) => name.endsWith('.widget'))
  .map((name) => name.slice(0, -'.widget'.length));

const MADE = ['untitled', 'contact-form', 'contact-form-copy', 'poll', 'enquiry'];
test.skip(!folder, 'the folder of widgets is named by make test');
test.afterEach(() => {
  for (const name of MADE) rmSync(file(name), { force: true });
});

const shot = (page: Page, name: string) =>
  page.screenshot({ path: `e2e/artifacts/workshop-${name}.png`, animations: 'disabled' });
const newName = (page: Page) => page.getByRole('dialog').getByRole('textbox', { name: 'Name' });
const widget = (page: Page) => page.getByRole('region', { name: 'Widget', exact: true });
const template = (page: Page) => page.getByRole('textbox', { name: 'Template' });
/** What stands in the template, in a text area or in an editor of lines. */
const textOf = (page: Page) =>
  template(page).evaluate((area) =>
    area instanceof HTMLTextAreaElement ? area.value : (area as HTMLElement).innerText,
  );
const fits = async (page: Page, width: number) =>
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
async function openStarter(page: Page, name: string, view = '') {
  await page.goto(`workshop#/starter/${name}${view}`);
  await expect(widget(page).locator('.widget')).toBeVisible();
}

test('the first page says what this is, and offers at least twenty starters under their headings', async ({
  page,
}) => {
  await page.goto('workshop');
  await expect(page.getByText('A widget is what an agent shows in the chat besides text')).toBeVisible();
  await expect(page.getByRole('region', { name: /^Starter / })).toHaveCount(STARTERS.length);
  expect(STARTERS.length).toBeGreaterThanOrEqual(20);
  const covered = await page.locator('.ws-thumbnail .w-card-footer').evaluateAll((footers) =>
    footers.map((footer) => {
      const above = footer.previousElementSibling?.getBoundingClientRect().bottom ?? Number.NaN;
      return above - footer.getBoundingClientRect().top;
    }),
  );
  expect(covered.length).toBeGreaterThan(0);
  expect(Math.max(...covered), 'pixels of a card under its own footer').toBeLessThan(1);
  await page.getByRole('button', { name: 'Forms', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Starter contact-form' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Starter weather' })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Find a starter' }).fill('vote');
  await expect(page.getByRole('region', { name: /^Starter / })).toHaveCount(1);
  await page.getByRole('region', { name: 'Starter poll' }).getByRole('button', { name: 'Poll' }).click();
  await expect(widget(page)).toContainText('Where do we meet in spring?');
});

test('every starter is drawn in both schemes, on a phone and wide, and none is wider than its place', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const theme of ['light', 'dark']) {
      for (const name of STARTERS) {
        await openStarter(page, name, `?theme=${theme}&width=${width === 390 ? 'phone' : 'fit'}`);
        await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
        // With a number where another test has a file of that name.
        await expect(page.locator('.ws-name')).toContainText(new RegExp(`^${name}(-\\d)?\\.widget$`));
        await expect(widget(page).locator('.w-note'), name).toHaveCount(0);
        for (const chart of await widget(page).locator('.w-plot').all())
          await expect(chart.locator('.recharts-surface path').first(), name).toBeAttached();
        const overhang = await widget(page)
          .locator('.widget')
          .evaluate((box) => box.scrollWidth - box.clientWidth);
        expect(overhang, `${name} at ${width}`).toBe(0);
        await fits(page, width);
        await widget(page).screenshot({
          path: `e2e/artifacts/widgets/starter-${width}-${theme}-${name}.png`,
        });
      }
    }
  }
});

test('what is typed outlives a reload, a way back and a duplicate, and is saved when one says so', async ({
  page,
}) => {
  await openStarter(page, 'contact-form');
  expect(await page.evaluate(() => localStorage.length), 'looking at a starter leaves nothing').toBe(0);
  await page
    .getByRole('textbox', { name: 'Data' })
    .fill('{"title": "Ask us", "promise": "Today.", "name": ""}');
  await expect(page).toHaveURL(/#\/widget\/contact-form$/);
  await page.reload();
  await expect(widget(page)).toContainText('Ask us');
  await page.getByRole('button', { name: 'Widgets', exact: true }).click();
  const draft = page.getByRole('region', { name: 'contact-form', exact: true });
  await expect(draft).toContainText('Draft, in this browser');
  await expect(draft.locator('.ws-thumbnail')).toContainText('Ask us');
  expect(existsSync(file('contact-form'))).toBe(false);

  await draft.getByRole('button', { name: 'Duplicate' }).click();
  await expect(page.locator('.ws-name')).toContainText('contact-form-copy.widget');
  await expect(widget(page)).toContainText('Ask us');
  await page.getByRole('button', { name: 'Rename' }).click();
  await newName(page).fill('contact-form');
  await expect(page.getByText('There is a widget named contact-form already.')).toBeVisible();
  await newName(page).fill('enquiry');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/#\/widget\/enquiry$/);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  expect(existsSync(file('enquiry'))).toBe(true);
});

test('a file is renamed and deleted, and comes back as it was: at once, and after a reload', async ({
  page,
}) => {
  await openStarter(page, 'poll');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  const content = readFileSync(file('poll'), 'utf-8');
  await page.getByRole('button', { name: 'Widgets', exact: true }).click();
  const entry = (name: string) => page.getByRole('region', { name, exact: true });
  await entry('poll').getByRole('button', { name: 'Rename' }).click();
  await newName(page).fill('enquiry');
  await page.keyboard.press('Enter');
  await expect(entry('enquiry')).toBeVisible();
  expect(existsSync(file('poll'))).toBe(false);

  await entry('enquiry').getByRole('button', { name: 'Delete' }).click();
  await expect(entry('enquiry')).toHaveCount(0);
  expect(existsSync(file('enquiry'))).toBe(false);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(entry('enquiry')).toBeVisible();
  expect(readFileSync(file('enquiry'), 'utf-8')).toBe(content);

  await entry('enquiry').getByRole('button', { name: 'Delete' }).click();
  await expect(entry('enquiry')).toHaveCount(0);
  await page.reload();
  await page.getByText('Recently deleted (1)').click();
  await page.getByRole('button', { name: 'Restore enquiry' }).click();
  await expect(entry('enquiry')).toBeVisible();
  expect(readFileSync(file('enquiry'), 'utf-8')).toBe(content);
  rmSync(file('enquiry'));
});

test('an address leads to a starter, its state, width and scheme, and Back leads away again', async ({
  page,
}) => {
  await page.goto('workshop');
  await page.getByRole('region', { name: 'Starter flight' }).getByRole('button', { name: 'Flight' }).click();
  await page.getByRole('combobox', { name: 'State' }).selectOption('Delayed');
  await page.getByRole('button', { name: 'Phone', exact: true }).click();
  await page.getByRole('button', { name: 'Dark', exact: true }).click();
  await expect(page).toHaveURL(/#\/starter\/flight\?theme=dark&width=phone&state=1$/);
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await expect(widget(page)).toContainText('Delayed');
  await expect(widget(page)).toContainText('08:20');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await widget(page).evaluate((box) => box.clientWidth)).toBe(358);
  await page.goto('workshop#/widget/nothing-here');
  await expect(page.getByRole('alert')).toContainText('There is no nothing-here.widget');
  await expect(page.getByRole('heading', { name: 'Starters' })).toBeVisible();
});

test('phone, chat and tablet are side by side, and on a phone below each other', async ({ page }) => {
  await openStarter(page, 'comparison');
  await page.getByRole('button', { name: 'Side by side' }).click();
  for (const name of ['Phone', 'Chat', 'Tablet']) {
    await expect(page.getByRole('region', { name, exact: true })).toContainText('Plans for a team of six');
  }
  const tops = async () =>
    new Set(
      await page
        .locator('.ws-size')
        .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top))),
    );
  expect((await tops()).size).toBe(1);
  await fits(page, 1280);
  await shot(page, 'sizes-1280');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(async () => (await tops()).size).toBe(3);
  await fits(page, 390);
});

test('a node is put in and its props are set by the keyboard alone', async ({ page }) => {
  await openStarter(page, 'empty-state');
  await template(page).fill('{"type": "Card", "children": [{"type": "Title", "value": "Hello"}]}');
  await expect(widget(page)).toContainText('Hello');
  await page.keyboard.press('Control+End');
  for (let count = 0; count < 4; count += 1) await page.keyboard.press('ArrowLeft');
  await page.getByRole('searchbox', { name: 'Find a node' }).focus();
  await page.keyboard.type('badge');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Badge', exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(template(page)).toBeFocused();
  await expect(widget(page).locator('.w-badge')).toHaveCount(1);
  await expect(widget(page)).toContainText('Hello');

  await page.getByRole('tab', { name: 'Nodes' }).focus();
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('heading', { name: 'Badge' })).toBeVisible();
  await page.getByRole('combobox', { name: 'color', exact: true }).selectOption('danger');
  await expect.poll(() => textOf(page)).toMatch(/"type": "Badge"[^}]*"color": "danger"/);
  await page.getByRole('combobox', { name: 'pill', exact: true }).selectOption('true');
  await expect.poll(() => textOf(page)).toMatch(/"type": "Badge"[^}]*"pill": true/);
  await page.getByRole('combobox', { name: 'pill', exact: true }).selectOption('');
  await expect.poll(() => textOf(page)).not.toContain('"pill"');
  await template(page).focus();
  await page.keyboard.press('Control+z');
  await expect.poll(() => textOf(page)).toContain('"pill"');
});

test('a widget is exported as a file, as JSON and as Python', async ({ page }) => {
  await openStarter(page, 'invoice');
  await page.getByRole('button', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export invoice' });
  const waiting = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download invoice.widget' }).click();
  const downloaded = await waiting;
  expect(downloaded.suggestedFilename()).toBe('invoice.widget');
  const starter = JSON.parse(readFileSync('../chatkit_link/workshop/starters/invoice.widget', 'utf-8'));
  const exported = JSON.parse(readFileSync(await downloaded.path(), 'utf-8'));
  expect(exported.template).toBe(starter.template);
  expect(exported.outputJsonPreview).toEqual(starter.outputJsonPreview);
  await dialog.getByRole('button', { name: 'JSON', exact: true }).click();
  expect(JSON.parse(await dialog.locator('pre').innerText())).toEqual(starter.outputJsonPreview);
  await dialog.getByRole('button', { name: 'Python', exact: true }).click();
  await expect(dialog).toContainText('widgets.load("invoice").build(data)');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Export' })).toBeFocused();
});

test('nothing of it keeps anyone out', async ({ page }) => {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto('about:blank');
    await page.goto('workshop');
    await expect(page.getByRole('heading', { name: 'Starters' })).toBeVisible();
    await hasNothingSerious({ page }, 'the first page', scheme);
    await openStarter(page, 'order-status');
    await hasNothingSerious({ page }, 'a starter', scheme);
  }
});

test('every node of the palette is drawn whole', async ({ page }) => {
  await openStarter(page, 'empty-state');
  await template(page).fill('');
  const pictures = page.locator('.ws-nodes .ws-thumbnail');
  await expect(page.locator('.ws-nodes li').filter({ hasText: 'Card' }).first()).toBeVisible();
  const cut = () =>
    pictures.evaluateAll((all) =>
      all
        .filter((picture) => {
          const [outer, inner] = [picture, picture.firstElementChild as Element].map((one) =>
            one.getBoundingClientRect(),
          ) as [DOMRect, DOMRect];
          return (
            inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1 || inner.width > outer.width + 1
          );
        })
        .map((picture) => picture.nextElementSibling?.textContent),
    );
  await expect.poll(cut).toEqual([]);
  expect(await pictures.count()).toBeGreaterThan(20);
});

test('on a phone the header is one line, and what is found takes two', async ({ page }) => {
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 640 });
    await page.goto('workshop');
    const header = page.getByRole('banner');
    const line = async () => (await header.boundingBox())?.height ?? Number.NaN;
    await expect(page.getByRole('button', { name: 'New widget' })).toBeVisible();
    expect(await line(), `the gallery at ${width}`).toBeLessThan(56);
    await openStarter(page, 'contact-form');
    await expect(page.getByRole('button', { name: 'Export' })).toBeVisible();
    expect(await line(), `the editor at ${width}`).toBeLessThan(56);

    await template(page).fill(`{"type":"Card","children":[
  {"type":"Titel","value":"Ask us"},
  {"type":"Text","value":"Today.","colour":"red"}
]}`);
    const found = page.getByRole('list', { name: 'Problems' }).getByRole('button');
    await expect(found.first()).toContainText("'Titel'");
    await expect(page.getByText('2 problems')).toBeVisible();
    await expect(found).toHaveCount(1);
    const foot = page.locator('.ws-foot');
    expect((await foot.boundingBox())?.height, `the foot at ${width}`).toBeLessThan(100);
    await shot(page, `found-${width}`);
    await page.getByRole('button', { name: 'All problems' }).click();
    await found.filter({ hasText: 'colour' }).click();
    await expect(template(page)).toBeFocused();
    await fits(page, width);
    await page.goto('about:blank');
  }
});
