import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const SCHEMES = ['light', 'dark'] as const;

/** What axe-core finds that keeps users out, in the page and in the frame, in both schemes unless one is named. */
export async function hasNothingSerious(
  { page }: { page: Page },
  where: string,
  ...schemes: ('light' | 'dark')[]
) {
  for (const colorScheme of schemes.length ? schemes : SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`,
      );
    expect(serious, `${where}, ${colorScheme}`).toEqual([]);
  }
}
