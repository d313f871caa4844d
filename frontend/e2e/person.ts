import { expect, type Locator, type Page } from '@playwright/test';

/**
 * Someone who does a task, and counts: each click or tap and each key is a step, and the words of the task itself are
 * none. Words go only where the focus is, so a field that has to be clicked first costs that click.
 */
export class Person {
  readonly steps: string[] = [];

  constructor(
    private readonly page: Page,
    private readonly hasFinger = false,
  ) {}

  async click(what: string, target: Locator) {
    await (this.hasFinger ? target.tap() : target.click());
    this.steps.push(what);
  }

  async press(what: string, key: string) {
    await this.page.keyboard.press(key);
    this.steps.push(what);
  }

  async type(words: string, field: Locator) {
    await expect(field, `what is typed without a click goes there: ${words}`).toBeFocused();
    await this.page.keyboard.type(words);
  }

  /** Two steps, as a list that opens takes: one that opens it, and one that chooses. */
  async choose(what: string, list: Locator, option: string) {
    await list.selectOption(option);
    this.steps.push(`open: ${what}`, `choose: ${what}`);
  }

  hasNeededAtMost(steps: number) {
    expect(this.steps.length, this.steps.join(', ')).toBeLessThanOrEqual(steps);
  }
}
