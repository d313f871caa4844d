import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { hasNothingSerious } from './axe';

/** The folder that the workshop of this server edits. */
const folder = process.env.CHATKIT_LINK_E2E_WIDGETS ?? '';
const file = join(folder, 'desk.widget');

const DESK = {
  version: '1.0',
  name: 'Desk',
  template: '{"type":"Card","children":[\n  {"type":"Text","value":{{ title | tojson }}}\n]}',
  jsonSchema: {
    type: 'object',
    properties: { title: { type: 'string', description: 'What it is called.' } },
    required: ['title'],
  },
  encodedWidget: Buffer.from(JSON.stringify({ defaultState: { title: 'Tent' } })).toString('base64url'),
};

const text = (page: Page, name: string) => page.getByRole('textbox', { name });
const problems = (page: Page) => page.getByRole('list', { name: 'Problems' }).getByRole('button');
const options = (page: Page) => page.locator('.cm-tooltip-autocomplete').getByRole('option');
const widget = (page: Page) => page.getByRole('region', { name: 'Widget' });
/** What is drawn of a text, without the spaces at its ends. */
const lines = (page: Page, name: string) => text(page, name).locator('.cm-line').allTextContents();
const shot = (page: Page, name: string) =>
  page.screenshot({ path: `e2e/artifacts/workshop-editor-${name}.png`, animations: 'disabled' });

async function open(page: Page) {
  await page.goto('workshop');
  await page.getByRole('region', { name: 'desk' }).getByRole('button', { name: 'Desk', exact: true }).click();
  await expect(page.locator('.cm-editor')).toHaveCount(3);
}

test.skip(!folder, 'the folder of widgets is named by make test');
test.beforeEach(() => writeFileSync(file, JSON.stringify(DESK)));
test.afterEach(() => rmSync(file, { force: true }));

const BROKEN = `{"type":"Card","children":[
  {"type":"Titel","value":{{ title | tojson }}},
  {"type":"Text","value":{{ title | tojson }},"colour":"red","size":"huge"}
]}`;

test('every mistake is underlined where it was typed and listed, and a click or F8 goes there', async ({
  page,
}) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) refused.push(message.text());
  });
  await open(page);
  await text(page, 'Template').fill(BROKEN);
  await text(page, 'Data').fill('{\n  "title": 7\n}');
  await expect(problems(page)).toHaveText([
    "Template 2:11There is no node type 'Titel' here: did you mean Title?",
    "Template 3:47Text has no property 'colour': did you mean color?",
    "Template 3:69'size' must be 'xs', 'sm', 'md', 'lg' or 'xl', not 'huge'",
    "Data 2:127 is not of type 'string'",
  ]);
  await expect(text(page, 'Template').locator('.cm-lintRange-error')).toHaveText([
    '"Titel"',
    '"colour"',
    '"huge"',
  ]);
  await expect(widget(page)).toContainText('Tent');
  await shot(page, 'problems-1280');

  await problems(page).filter({ hasText: 'colour' }).click();
  await expect(text(page, 'Template')).toBeFocused();
  await page.keyboard.type('!');
  await expect(text(page, 'Template')).toContainText('!"colour"');
  await page.keyboard.press('Control+z');
  await expect(text(page, 'Template')).not.toContainText('!');
  await page.keyboard.press('F8');
  await page.keyboard.press('F8');
  await page.keyboard.press('Delete');
  await expect(text(page, 'Template')).not.toContainText('huge');
  expect(refused).toEqual([]);
});

test('a prop, its value and a name of the data are completed by keyboard alone', async ({ page }) => {
  await open(page);
  await problemFree(page);
  await text(page, 'Template').focus();
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');

  await page.keyboard.type(',"wei');
  await expect(options(page).filter({ hasText: 'weight' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.locator('.cm-completionInfo')).toContainText('Font weight');
  await accept(page);
  await expect(options(page)).toHaveText(['bold', 'medium', 'normaldefault', 'semibold']);
  await accept(page);
  await expect(text(page, 'Template')).toContainText('"weight": "bold"}');
  await problemFree(page);

  await page.keyboard.press('End');
  await page.keyboard.type(',\n{"type":"Icon","name":"spark');
  await expect(options(page).first()).toHaveText('sparkle');
  await accept(page);
  await page.keyboard.press('End');
  await page.keyboard.type(',\n{"type":"Caption","value":{{ ti');
  await expect(options(page).filter({ hasText: 'title' })).toBeVisible();
  await accept(page);
  await page.keyboard.type(' | toj');
  await accept(page);
  await problemFree(page);
  await expect(widget(page).getByText('Tent')).toHaveCount(2);
  await shot(page, 'completed-1280');
});

/** Takes the first that is offered. */
async function accept(page: Page) {
  await expect(options(page).first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
}

const problemFree = (page: Page) =>
  expect(page.getByRole('region', { name: 'Check' })).toHaveText('No problems');

test('a text is formatted, folded, searched and left by keyboard, and its names are explained', async ({
  page,
}) => {
  await open(page);
  await text(page, 'Template').fill(
    '{"type":"Card","children":[{"type":"Text","value":{{ title | tojson }},"size":"sm"}]}',
  );
  await page.keyboard.press('Shift+Alt+f');
  expect(await lines(page, 'Template')).toEqual([
    '{',
    '  "type": "Card",',
    '  "children": [{ "type": "Text", "value": {{ title | tojson }}, "size": "sm" }]',
    '}',
  ]);
  await expect(widget(page)).toContainText('Tent');

  await page.keyboard.press('Control+Home');
  await page.keyboard.press('Control+Shift+BracketLeft');
  await expect(text(page, 'Template').locator('.cm-foldPlaceholder')).toBeVisible();
  await page.keyboard.press('Control+Shift+BracketRight');
  await page.keyboard.press('Control+f');
  await page.keyboard.type('size');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(page.locator('.cm-words-panel')).toContainText('Text.size');
  await expect(page.locator('.cm-words-panel')).toContainText('default md');

  await text(page, 'Template').getByText('title', { exact: true }).hover();
  await expect(page.locator('.cm-tooltip-hover')).toContainText('What it is called.');
  await page.mouse.move(0, 0);

  await expect(text(page, 'Template')).toHaveAccessibleDescription(/Esc then Tab leaves/);
  await text(page, 'Template').focus();
  await page.keyboard.press('Tab');
  await expect(text(page, 'Template')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await expect(text(page, 'Template')).not.toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Control+s');
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
});

test('the gallery and the chat load nothing of the editor', async ({ page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await page.goto('workshop');
  await expect(page.getByRole('region', { name: 'desk' })).toBeVisible();
  await page.goto('./');
  await expect(page.locator('openai-chatkit')).toBeVisible();
  await page.waitForLoadState('networkidle');
  expect(loaded.filter((url) => url.includes('CodeEditor'))).toEqual([]);
  await open(page);
  expect(loaded.filter((url) => /CodeEditor.*\.js/.test(url))).toHaveLength(1);
});

test('on a phone, in both schemes, nothing is cut off and axe finds nothing', async ({ page }) => {
  await open(page);
  await text(page, 'Template').fill(BROKEN);
  await expect(problems(page)).toHaveCount(3);
  for (const scheme of ['light', 'dark'] as const) {
    await page.locator('html').evaluate((html, name) => {
      html.dataset.theme = name;
    }, scheme);
    for (const width of [1280, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await shot(page, `${scheme}-${width}`);
    }
  }
  await text(page, 'Template').fill(DESK.template);
  await problemFree(page);
  for (const scheme of ['light', 'dark'] as const) {
    await page.locator('html').evaluate((html, name) => {
      html.dataset.theme = name;
    }, scheme);
    await hasNothingSerious({ page }, 'the editor', scheme);
  }
});
