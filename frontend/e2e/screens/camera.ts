import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameLocator, Locator, Page } from '@playwright/test';
import { withoutGlyph } from '../glyphs';
import type { Scheme, Variant } from './variants';

const folder = process.env.CHATKIT_LINK_PICTURES ?? 'e2e/artifacts/screens';

type Fault = { what: string; letters?: string };

const missing = (letters: string[]): Fault => ({
  what: `no font has ${letters.join(' ')}`,
  letters: letters.join(''),
});

/** The page of one variant, with what takes its pictures. */
export class Camera {
  readonly frame: FrameLocator;
  readonly isNarrow: boolean;

  constructor(
    readonly page: Page,
    readonly variant: Variant,
  ) {
    this.frame = page.frameLocator('iframe');
    this.isNarrow = variant.width < 760;
  }

  get composer(): Locator {
    return this.frame.getByRole('textbox', { name: this.variant.language.chat.composer.label });
  }

  async open(agent: string) {
    await this.page.goto(`./?agent=${agent}`);
    await this.composer.waitFor();
    await this.page.evaluate(() => document.fonts.ready);
  }

  async ask(question: string) {
    await this.send(question);
    await this.answered();
  }

  async send(question: string) {
    await this.composer.fill(question);
    await this.frame.locator('.send').click();
  }

  async answered() {
    await this.frame
      .getByRole('button', { name: this.variant.language.chat.composer.send })
      .waitFor({ timeout: 60_000 });
  }

  /** In each scheme; and what a machine can see of what is wrong. */
  async take(state: string) {
    const { language, width, schemes } = this.variant;
    for (const scheme of schemes) {
      const name = `${state}--${language.tag}-${width}-${scheme}`;
      await this.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await this.isDrawnIn(scheme);
      await this.page.screenshot({
        path: join(folder, `${name}.png`),
        animations: 'disabled',
        caret: 'hide',
      });
    }
    for (const fault of await this.faults()) await this.report(state, fault);
  }

  /** Whether this machine can write the language; else it would be pictures of boxes. */
  async hasLetters(): Promise<boolean> {
    const { page, chat } = this.variant.language;
    const letters = await withoutGlyph(this.page, `${JSON.stringify(page)}${JSON.stringify(chat)}`);
    if (letters.length) await this.report('all states', missing(letters));
    return letters.length === 0;
  }

  /** The page and the chat in it each take the scheme over by themselves; some pages leave that to their style. */
  private async isDrawnIn(scheme: Scheme) {
    for (const frame of this.page.frames())
      await frame.waitForFunction(
        (theme) => (document.documentElement.dataset.theme ?? theme) === theme,
        scheme,
      );
  }

  private async report(state: string, fault: Fault) {
    const { language, width } = this.variant;
    const line = JSON.stringify({ state, language: language.tag, width, ...fault });
    await appendFile(join(folder, 'faults.jsonl'), `${line}\n`);
  }

  private async faults(): Promise<Fault[]> {
    const faults: Fault[] = [];
    for (const frame of this.page.frames()) {
      const { wider, text } = await frame.evaluate(() => ({
        wider: document.documentElement.scrollWidth - innerWidth,
        text: document.body?.innerText ?? '',
      }));
      if (wider > 0) faults.push({ what: `${wider} px wider than its place` });
      const letters = await withoutGlyph(this.page, text);
      if (letters.length) faults.push(missing(letters));
    }
    return faults;
  }
}
