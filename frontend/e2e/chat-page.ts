import { test as base, expect, type FrameLocator, type Locator, type Page } from '@playwright/test';

/** The demo page as a user meets it: everything of the chat is inside the frame. */
export class ChatPage {
  readonly frame: FrameLocator;
  readonly composer: Locator;
  readonly log: Locator;
  readonly history: Locator;
  /** What the console may call an error although it is none of ours, such as the network being away. */
  tolerated: RegExp | null = null;

  /** `frame` is where the chat is, if it is not in the only frame of the page. */
  constructor(
    readonly page: Page,
    readonly project: string,
    frame = page.frameLocator('iframe'),
  ) {
    this.frame = frame;
    this.composer = this.frame.getByRole('textbox', { name: 'Message' });
    this.log = this.frame.getByRole('log');
    this.history = this.frame.getByRole('complementary', { name: 'Chat history' });
  }

  button(name: string | RegExp): Locator {
    return this.frame.getByRole('button', { name, exact: typeof name === 'string' });
  }

  /** Of the bundled agent, or of one in `agents.toml`. */
  async open(agent?: string) {
    await this.page.goto(agent ? `./?agent=${agent}` : './');
    await expect(this.composer).toBeVisible();
  }

  /** Asks the agent `story`, and waits for the half after which it waits for `goOn`. */
  async askForStory() {
    await this.ask('Tell me a story');
    await this.isHalfTold();
  }

  async isHalfTold() {
    await expect(this.answers().last()).toContainText('Line 100:');
    await expect(this.button('Stop')).toBeVisible();
  }

  /** Lets the story of this user, or what else an agent has sent half of, come to its end. */
  async goOn(agent = 'story') {
    const status = await this.page.evaluate(async (url) => {
      const input = {
        content: [{ type: 'input_text', text: 'Go on' }],
        attachments: [],
        inference_options: {},
      };
      const answer = await fetch(url, {
        method: 'POST',
        body: JSON.stringify({ type: 'threads.create', params: { input } }),
      });
      await answer.text();
      return answer.status;
    }, `chatkit/${agent}`);
    expect(status).toBe(200);
  }

  async ask(question: string) {
    await this.composer.fill(question);
    await this.send();
    await expect(this.log.getByRole('article', { name: 'You said' }).last()).toContainText(question);
  }

  /** With a keyboard on the screen, Enter makes a new line. */
  async send() {
    if ((await this.composer.getAttribute('enterkeyhint')) === 'enter')
      await this.frame.locator('.send').tap();
    else await this.composer.press('Enter');
  }

  /** The answer is there when one can send again. */
  async answered() {
    await expect(this.button('Send message')).toBeVisible({ timeout: 60_000 });
  }

  /** The next ChatKit request of this type; ask for it before doing what causes it. */
  request(type: string) {
    return this.page.waitForRequest(
      (request) => request.method() === 'POST' && (request.postData() ?? '').includes(`"type":"${type}"`),
    );
  }

  /** No new connections; see `line.ts` for what is under way. */
  async goOffline() {
    this.tolerated = /net::ERR_/;
    await this.page.context().setOffline(true);
  }

  goOnline() {
    return this.page.context().setOffline(false);
  }

  answers(): Locator {
    return this.log.getByRole('article', { name: 'Answer' });
  }

  /** The chat's own history, which the demo app leaves out because its sidebar has one; before the page is opened. */
  async withOwnHistory() {
    await this.page.addInitScript(() => {
      localStorage.setItem('chatkit-link:options', JSON.stringify({ history: { enabled: true } }));
    });
  }

  /** Of the demo app: its chats with the agent that is open. */
  get chats(): Locator {
    return this.page.getByRole('navigation', { name: 'Chats', exact: true });
  }

  async openHistory() {
    await this.button('History').click();
    await expect(this.history).toBeVisible();
  }

  /** Row buttons appear under the pointer; a finger always sees them. */
  async entry(at = 0): Promise<Locator> {
    const entry = this.history.getByRole('listitem').nth(at);
    await entry.hover();
    return entry;
  }

  shot(name: string) {
    return this.page.screenshot({
      path: `e2e/artifacts/${this.project}-${name}.png`,
      animations: 'disabled',
    });
  }
}

/** Whatever the console calls an error fails the test that caused it. */
export const test = base.extend<{ chat: ChatPage }>({
  chat: async ({ page }, use, info) => {
    const errors: string[] = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    const chat = new ChatPage(page, info.project.name);
    await use(chat);
    const untold = errors.filter((error) => !chat.tolerated?.test(error));
    expect(untold, 'errors in the browser console').toEqual([]);
  },
});

export { expect };
