import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const SCHEMES = ['light', 'dark'] as const;
/** Of an animation without an end, in parts of its length: where it begins, and where it is farthest from that. */
const MOMENTS = [0, 0.25, 0.5];

/**
 * What axe-core finds that keeps users out, in the page and in the frame, in both schemes unless one is named. What
 * moves is looked at as it moves: an animation that ends is at its end, and one that goes on is held at some moments.
 */
export async function hasNothingSerious(
  { page }: { page: Page },
  where: string,
  ...schemes: ('light' | 'dark')[]
) {
  for (const colorScheme of schemes.length ? schemes : SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'no-preference' });
    for (const moment of MOMENTS) {
      const moving = await holdAt(page, moment);
      const rules = moment ? ['color-contrast'] : null;
      expect(await seriousIn(page, rules), `${where}, ${colorScheme}, ${moment}`).toEqual([]);
      if (!moving) break;
    }
    await release(page);
  }
}

async function seriousIn(page: Page, rules: string[] | null): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`,
    );
}

/** How many animations of words there are that do not end by themselves. */
async function holdAt(page: Page, moment: number): Promise<number> {
  const counts = page.frames().map((frame) =>
    frame.evaluate((part) => {
      let moving = 0;
      for (const animation of document.getAnimations()) {
        const effect = animation.effect as KeyframeEffect | null;
        const { iterations, duration } = effect?.getComputedTiming() ?? {};
        if (iterations !== Number.POSITIVE_INFINITY) {
          animation.finish();
          continue;
        }
        animation.pause();
        animation.currentTime = Number(duration) * part;
        if (effect?.target?.textContent?.trim()) moving++;
      }
      return moving;
    }, moment),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function release(page: Page) {
  for (const frame of page.frames()) {
    await frame.evaluate(() => {
      for (const animation of document.getAnimations())
        if (animation.playState === 'paused') animation.play();
    });
  }
}
