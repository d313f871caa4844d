/* English words and prices in a page that is written from right to left. */
import type { Locator } from '@playwright/test';
import { expect, test } from './chat-page';

test.use({ locale: 'ar' });

/** The characters of it as they stand from the left, spaces left out, and whether its first one can be seen. */
const drawn = (one: Locator) =>
  one.evaluate((element) => {
    const letters: { letter: string; left: number }[] = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (const [at, letter] of [...(node.textContent ?? '')].entries()) {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        if (letter.trim()) letters.push({ letter, left: range.getBoundingClientRect().left });
      }
    const beginsInside = (letters[0]?.left ?? 0) >= element.getBoundingClientRect().left;
    const text = letters
      .toSorted((one, other) => one.left - other.left)
      .map(({ letter }) => letter)
      .join('');
    return { text, beginsInside };
  });

test('English in an Arabic page begins with its first word and ends with its own sign', async ({
  chat,
  page,
}) => {
  // What its catalog says is English in every language.
  await page.goto('./?agent=live');
  const prompt = chat.frame.locator('.prompts button span').filter({ hasText: '?' }).first();
  await expect(prompt).toBeVisible();
  expect((await drawn(prompt)).text).toMatch(/^[A-Z].*\?$/);

  await page.goto('./?agent=research');
  const question = 'How does an answer survive a reload?';
  const composer = chat.frame.getByRole('textbox');
  await expect(composer).toHaveCSS('direction', 'rtl');
  await composer.fill(question);
  await expect(composer).toHaveCSS('direction', 'ltr');
  await composer.press('Enter');
  const row = page.locator('.thread a');
  await expect(row).toHaveText(question);
  expect(await row.evaluate((link) => link.scrollWidth > link.clientWidth)).toBe(true);
  expect((await drawn(row)).beginsInside).toBe(true);
  await page.getByRole('textbox', { name: 'البحث في المحادثات' }).fill('reload');
  const title = page.locator('.hit-title').first();
  await expect(title).toBeVisible();
  expect((await drawn(title)).beginsInside).toBe(true);
});

test('a price keeps its sign before it in an Arabic page', async ({ chat, page }) => {
  await page.goto('./?agent=lock');
  await chat.frame.getByRole('textbox').fill("What are tonight's odds?");
  await chat.frame.getByRole('textbox').press('Enter');
  const price = chat.log
    .locator('.w-button span')
    .filter({ hasText: /^-1\.5 \(.*\)$/ })
    .first();
  await expect(price).toBeVisible();
  expect((await drawn(price)).text).toMatch(/^-1\.5\([+-]\d+\)$/);
});

test('a field of a widget is written as the words in it are, and as the page while it is empty', async ({
  chat,
  page,
}) => {
  await page.goto('./?agent=widgets');
  await chat.frame.getByRole('textbox').fill('form text textarea');
  await chat.frame.getByRole('textbox').press('Enter');
  const fields = chat.log.locator(':is(input[type="text"], textarea):is(.w-input, .w-editable):enabled');
  await expect(fields.first()).toBeVisible();
  for (const field of await fields.all()) {
    const name = (await field.getAttribute('name')) ?? '';
    await field.fill('');
    if (await field.getAttribute('placeholder')) await expect(field, name).toHaveCSS('direction', 'rtl');
    await field.fill('Is it open?');
    await expect(field, name).toHaveCSS('direction', 'ltr');
    await field.fill('هل هو open');
    await expect(field, name).toHaveCSS('direction', 'rtl');
  }
  await page.setViewportSize({ width: 1280, height: 500 });
  await chat.shot('directions-fields');
});
