import { type ChatPage, expect } from './chat-page';
import type { LiveRegions } from './live-region';

type Seen = {
  /** What the button of the composer was, each time that it became another one. */
  buttons: string[];
  alerts: string[];
  /** Ids of the answer's items. */
  items: string[];
  /** Words that stood twice in one answer. */
  doubled: string[];
};
declare global {
  interface Window {
    watched?: Seen;
  }
}

/** Looks at the thread at each change of the page, so that nothing that a person could see goes unnoticed. */
export class AnswerWatch {
  private constructor(
    private readonly chat: ChatPage,
    private readonly once: RegExp,
  ) {}

  /** From now on, while an answer is being written. `once`: what no answer has twice. */
  static async of(chat: ChatPage, once: RegExp): Promise<AnswerWatch> {
    await chat.log.evaluate((log, pattern) => {
      const seen: Seen = { buttons: [], alerts: [], items: [], doubled: [] };
      const note = (list: string[], words: string) => list.includes(words) || list.push(words);
      const look = () => {
        const button = ['Stop', 'Send message'].find((name) =>
          document.querySelector(`button[aria-label="${name}"]`),
        );
        if (button && button !== seen.buttons.at(-1)) seen.buttons.push(button);
        for (const alert of document.querySelectorAll('[role=alert]')) note(seen.alerts, alert.textContent);
        const turn = [...log.querySelectorAll('.turn')].at(-1);
        for (const item of turn?.querySelectorAll('.assistant[data-item]') ?? []) {
          note(seen.items, item.getAttribute('data-item') ?? '');
        }
        const found: string[] = turn?.textContent?.match(new RegExp(pattern, 'g')) ?? [];
        for (const words of found.filter((words, at) => found.indexOf(words) < at)) note(seen.doubled, words);
      };
      look();
      new MutationObserver(look).observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
        attributeFilter: ['aria-label'],
      });
      window.watched = seen;
    }, once.source);
    return new AnswerWatch(chat, once);
  }

  /** Nothing but the answer was seen, with its button to stop it all along, and nothing of it twice. */
  async sawOneAnswer(messages = 1) {
    const seen = await this.chat.log.evaluate(() => window.watched);
    expect(seen?.alerts).toEqual([]);
    expect(seen?.doubled).toEqual([]);
    expect(seen?.items).toHaveLength(messages);
    expect(seen?.buttons).toEqual(['Stop', 'Send message']);
  }

  /** A screen reader was told it once, up to its `last` words, and after a reload it stands as it did. */
  async wasToldOnce(live: LiveRegions, last: string) {
    await live.tell(last);
    const told = (await live.words()).match(new RegExp(this.once, 'g')) ?? [];
    expect(told).toEqual([...new Set(told)]);
    const answer = this.chat.answers().last();
    const seen = await answer.innerText();
    await this.chat.page.reload();
    await expect.poll(() => answer.innerText()).toBe(seen);
  }
}
