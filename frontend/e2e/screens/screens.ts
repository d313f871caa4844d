/* `make pictures`: every state of the product, to be looked at. Nothing is expected here but that it can be reached. */
import { test } from '@playwright/test';
import { Camera } from './camera';
import { STATES, WORKSHOP_STATES } from './states';
import { HEIGHTS, VARIANTS } from './variants';

for (const variant of VARIANTS) {
  const { language, width } = variant;
  const states = language.tag === 'en' ? [...STATES, ...WORKSHOP_STATES] : STATES;
  test.describe(`${language.tag} at ${width} px`, () => {
    test.use({
      locale: language.tag,
      viewport: { width, height: HEIGHTS[width] ?? 800 },
      hasTouch: width < 760,
    });

    test('every state', async ({ page }) => {
      test.setTimeout(300_000);
      const camera = new Camera(page, variant);
      test.skip(!(await camera.hasLetters()), `no font of this machine has the letters of ${language.tag}`);
      for (const state of states) await test.step(state.name, () => state(camera));
    });
  });
}
