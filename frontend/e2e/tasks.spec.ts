/* Three tasks of a person, from the beginning to what they wanted on the screen, with the steps that each took. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatPage, expect, test } from './chat-page';
import { Person } from './person';

const isPhone = (chat: ChatPage) => (chat.page.viewportSize()?.width ?? 0) < 760;

test('who asks sees the answer and where it comes from without another click @phone', async ({
  chat,
  page,
}) => {
  await chat.open();
  const person = new Person(page, isPhone(chat));
  if (isPhone(chat)) await person.click('into the composer', chat.composer);
  await person.type('How does an answer survive a reload?', chat.composer);
  if (isPhone(chat)) await person.click('send', chat.frame.locator('.send'));
  else await person.press('send', 'Enter');
  const sent = person.steps.length;
  await chat.answered();

  const sources = chat.log.getByRole('region', { name: 'Sources' });
  await expect(sources).toHaveCount(1);
  const source = sources.getByRole('link').first();
  await expect(chat.answers().last().getByText('The page only reads the run')).toBeInViewport();
  await expect(source).toBeInViewport({ ratio: 1 });
  await expect(source).toContainText('runs.md');
  const address = await source.getAttribute('href');
  expect(await (await page.request.get(address ?? '')).text()).toContain('How an answer survives');
  expect(person.steps.length - sent).toBe(0);
  // Of which the phone needs one for its keyboard.
  person.hasNeededAtMost(isPhone(chat) ? 2 : 1);
});

test('an old chat is found by a word of one of its messages in three steps @phone', async ({
  chat,
  page,
}) => {
  await chat.open('mirror');
  await chat.ask('A zebra crossed the street');
  await chat.answered();
  for (let at = 0; at < 12; at++) {
    await chat.ask(`Line ${at}\n\nand more`);
    await chat.answered();
  }
  await chat.button('New chat').click();
  await expect(chat.log).toHaveCount(0);
  await chat.ask('Something else');
  await chat.answered();
  await page.reload();
  await expect(chat.answers().last()).toContainText('Something else');

  const person = new Person(page, isPhone(chat));
  if (isPhone(chat)) await person.click('the menu', chat.button('Menu'));
  const search = page.getByLabel('Search chats');
  await person.click('into the search', search);
  await person.type('zebra', search);
  const hit = page.getByRole('navigation', { name: 'Found chats' }).getByRole('link');
  await expect(hit).toHaveCount(1);
  await person.click('what was found', hit);
  await expect(chat.log.getByText('A zebra crossed the street').first()).toBeInViewport();
  if (isPhone(chat)) await expect(page.getByRole('dialog')).toHaveCount(0);
  person.hasNeededAtMost(isPhone(chat) ? 3 : 2);
});

test.describe('in the workshop', () => {
  /** The folder of widgets that it edits. */
  const folder = process.env.CHATKIT_LINK_E2E_WIDGETS ?? '';
  const file = join(folder, 'guest-list.widget');
  test.skip(!folder, 'the folder of widgets is named by make test');
  test.afterEach(() => {
    for (const name of ['untitled', 'guest-list']) rmSync(join(folder, `${name}.widget`), { force: true });
  });

  test('a form that works is made from nothing, saved and tried in twelve steps', async ({ page }) => {
    const widget = page.getByRole('region', { name: 'Widget', exact: true });
    const actions = page.getByRole('region', { name: 'Actions' });
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const fired = actions.getByRole('listitem').first();
    await page.goto('workshop');

    const person = new Person(page);
    await person.click('new', button('New widget'));
    await person.click('a form', button('Form'));
    await person.click('a line of text', button('Input'));
    await person.click('a tick', button('Checkbox'));
    await person.click('call it', button('Rename'));
    const name = page.getByRole('dialog').getByRole('textbox', { name: 'Name' });
    await person.type('guest-list', name);
    await person.press('done', 'Enter');
    await person.click('save', button('Save'));
    await expect(page.getByText('Saved', { exact: true })).toBeVisible();
    await person.click('into the field', widget.getByRole('textbox'));
    await person.type('Ada', widget.getByRole('textbox'));
    await person.press('submit', 'Enter');
    await expect(fired).toContainText('form.send');
    await expect(fired).toContainText('"name": "Ada"');
    await person.choose('who answers', actions.getByRole('combobox', { name: 'Agent' }), 'Widgets');
    await person.click('to the agent', actions.getByRole('button', { name: 'Send', exact: true }));
    await expect(fired).toContainText('message: form.send {"agree": false, "name": "Ada"}');
    person.hasNeededAtMost(12);

    const saved = JSON.parse(readFileSync(file, 'utf-8'));
    expect(saved.name).toBe('Guest list');
    const form = saved.outputJsonPreview.children[0];
    expect(form.children.map(({ type }: { type: string }) => type)).toEqual(['Col', 'Checkbox', 'Button']);
    await page.screenshot({ path: 'e2e/artifacts/workshop-form-from-nothing.png', animations: 'disabled' });
    await page.reload();
    await expect(widget.getByRole('textbox', { name: 'Name' })).toBeVisible();
  });
});
