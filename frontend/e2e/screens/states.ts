import type { Camera } from './camera';

/* All states of the product, in the order in which a person comes by: each goes on where the one before it stopped. */

export const STATES = [
  start,
  answer,
  citation,
  versions,
  sharing,
  chats,
  search,
  rail,
  settings,
  importing,
  missingModel,
  widget,
  failure,
  waiting,
  missingAgent,
  unreachable,
] as const;

/** The workshop speaks English alone. */
export const WORKSHOP_STATES = [gallery, palette, mistakes, sizes] as const;

const QUESTION = 'How does an answer survive a reload?';

async function start(camera: Camera) {
  await camera.open('research');
  await camera.take('start');
}

async function answer(camera: Camera) {
  await camera.ask(QUESTION);
  const sources = camera.frame.getByRole('region', { name: camera.variant.language.chat.message.sources });
  await camera.take('answer');
  const search = camera.frame.locator('.workflow-summary').first();
  await search.click();
  await search.scrollIntoViewIfNeeded();
  await camera.take('search-open');
  await search.click();
  await sources.last().scrollIntoViewIfNeeded();
  await camera.take('sources');
}

async function citation(camera: Camera) {
  const mark = camera.frame.locator('.cite').first();
  await mark.hover();
  await camera.frame.getByRole('note').first().waitFor();
  await camera.take('citation');
  await camera.page.mouse.move(0, 0);
  await camera.composer.focus();
  await camera.frame.getByRole('note').first().waitFor({ state: 'hidden' });
}

async function versions(camera: Camera) {
  const { frame, variant } = camera;
  const { branches } = variant.language.chat;
  const message = frame.getByRole('article').first();
  await message.hover();
  await frame.getByRole('button', { name: branches.edit }).first().click();
  const field = frame.getByRole('textbox', { name: branches.edit });
  await field.waitFor();
  await camera.take('edit');
  await field.fill('How does an answer survive a crash?');
  await frame.getByRole('button', { name: branches.save, exact: true }).click();
  await camera.answered();
  await message.scrollIntoViewIfNeeded();
  await message.hover();
  await frame.getByRole('group', { name: branches.versions }).first().waitFor();
  await camera.take('versions');
}

async function sharing(camera: Camera) {
  const { frame, page, variant } = camera;
  const { share } = variant.language.chat;
  await frame.getByRole('button', { name: share.title, exact: true }).click();
  const dialog = frame.getByRole('dialog', { name: share.title });
  await dialog.getByRole('button', { name: share.create }).click();
  const link = dialog.getByRole('link');
  await link.waitFor();
  await camera.take('share');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
}

async function chats(camera: Camera) {
  const { page, isNarrow, variant } = camera;
  const { sidebar, chats: text } = variant.language.page;
  if (isNarrow) await page.locator('iframe').or(page.locator('.top-bar')).first().waitFor();
  if (isNarrow) await camera.frame.getByRole('button', { name: sidebar.menu }).click();
  const row = page.getByRole('navigation', { name: text.label, exact: true }).getByRole('listitem').first();
  await row.waitFor();
  await camera.take('chats');
  await row.hover();
  await row.getByRole('button').last().click();
  await page.getByRole('menu').waitFor();
  await camera.take('chat-menu');
  await page.keyboard.press('Escape');
}

async function search(camera: Camera) {
  const { page, variant } = camera;
  const { search: text } = variant.language.page;
  await page.getByLabel(text.label).fill('reload');
  await page.locator('.hit mark').first().waitFor();
  await camera.take('search');
  await page.getByLabel(text.label).fill('giraffe');
  await page.getByText(text.nothing('giraffe')).waitFor();
  await camera.take('search-nothing');
  await page.getByRole('button', { name: text.clear }).click();
}

async function rail(camera: Camera) {
  if (camera.isNarrow) return;
  const { sidebar } = camera.variant.language.page;
  await camera.page.getByRole('button', { name: sidebar.collapse }).click();
  await camera.take('rail');
  await camera.page.getByRole('button', { name: sidebar.expand }).click();
}

async function settings(camera: Camera) {
  const { page, variant } = camera;
  const { sidebar, settings: text } = variant.language.page;
  await page.getByRole('button', { name: sidebar.settings, exact: true }).click();
  await camera.take('settings');
  await page.getByRole('tab', { name: text.tabs.code }).click();
  await camera.take('code');
  await page.getByRole('button', { name: text.close }).click();
}

async function importing(camera: Camera) {
  const { page, isNarrow, variant } = camera;
  const { sidebar } = variant.language.page;
  if (isNarrow) await camera.frame.getByRole('button', { name: sidebar.menu }).click();
  await page.getByRole('button', { name: sidebar.import, exact: true }).click();
  await page.getByRole('dialog').last().waitFor();
  await camera.take('import');
  await page.keyboard.press('Escape');
}

async function missingModel(camera: Camera) {
  await camera.open('lock');
  await camera.take('lock-start');
}

async function widget(camera: Camera) {
  await camera.ask("What are tonight's odds?");
  await camera.frame.locator('.w-card').first().waitFor();
  await camera.take('widget');
}

async function failure(camera: Camera) {
  await camera.open('items');
  await camera.ask('error');
  await camera.frame.getByRole('alert').last().scrollIntoViewIfNeeded();
  await camera.take('error');
}

async function waiting(camera: Camera) {
  const { frame, variant } = camera;
  const { queue } = variant.language.chat;
  await camera.open('story');
  await camera.send('Tell me a story');
  await frame.getByText('Line 100:').waitFor();
  for (const text of ['Another story', 'And one about tea']) {
    await camera.send(text);
    await frame.getByRole('list', { name: queue.waiting }).getByText(text).waitFor();
  }
  await camera.take('waiting');
}

async function missingAgent(camera: Camera) {
  await camera.page.goto('./?agent=gone');
  await camera.page.getByRole('heading', { name: camera.variant.language.page.page.noAgent }).waitFor();
  await camera.take('missing-agent');
}

async function unreachable(camera: Camera) {
  await camera.page.route('**/api/agents*', (route) => route.abort());
  await camera.page.goto('./?agent=research');
  await camera.page.getByRole('alert').waitFor();
  await camera.take('unreachable');
  await camera.page.unroute('**/api/agents*');
}

async function gallery(camera: Camera) {
  await camera.page.goto('workshop');
  await camera.page.locator('.ws-thumbnail .widget').first().waitFor();
  await camera.take('workshop-gallery');
}

const preview = (camera: Camera) => camera.page.getByRole('region', { name: 'Widget', exact: true });

async function palette(camera: Camera) {
  await camera.page.goto('workshop#/starter/contact-form');
  await preview(camera).locator('.widget').waitFor();
  await camera.take('workshop-editor');
  const tab = camera.page.getByRole('tab', { name: 'Nodes' });
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  await camera.page.getByRole('searchbox', { name: 'Find a node' }).scrollIntoViewIfNeeded();
  await camera.take('workshop-palette');
}

async function mistakes(camera: Camera) {
  const template = camera.page.getByRole('textbox', { name: 'Template' });
  await template.fill(`{"type":"Card","children":[
  {"type":"Titel","value":"Ask us"},
  {"type":"Text","value":"Today.","colour":"red"}
]}`);
  await camera.page.getByRole('list', { name: 'Problems' }).getByRole('button').first().waitFor();
  await template.locator('.cm-line').nth(1).scrollIntoViewIfNeeded();
  await camera.take('workshop-problems');
}

async function sizes(camera: Camera) {
  await camera.page.goto('about:blank');
  await camera.page.goto('workshop#/starter/comparison');
  await preview(camera).locator('.widget').waitFor();
  await camera.page.getByRole('button', { name: 'Side by side' }).click();
  await camera.page.getByRole('region', { name: 'Tablet', exact: true }).waitFor();
  await camera.take('workshop-sizes');
}
