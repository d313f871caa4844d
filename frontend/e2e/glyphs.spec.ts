import { expect, test } from '@playwright/test';
import { withoutGlyph } from './glyphs';

test('a character that no font has is found by what is drawn', async ({ page }) => {
  const own = '\u{10fffd}';
  expect(await withoutGlyph(page, `Für “ABC”, 12 € ${own}`)).toEqual([own]);
});
