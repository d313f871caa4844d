/*
 * As much of WebDriver as a journey needs. WebKitGTK takes its commands over HTTP from WebKitWebDriver; Firefox takes
 * the same commands as Marionette over a socket, which is what geckodriver, that Debian does not have, would speak
 * with it (webkitgtk.ts, firefox.ts).
 */

/** Name of a command -> how it is asked for over HTTP (W3C WebDriver, section 6), and its name in Marionette. */
export const COMMANDS = {
  navigate: ['POST /url', 'Navigate'],
  refresh: ['POST /refresh', 'Refresh'],
  execute: ['POST /execute/sync', 'ExecuteScript'],
  frame: ['POST /frame', 'SwitchToFrame'],
  click: ['POST /element/{id}/click', 'ElementClick'],
  type: ['POST /element/{id}/value', 'ElementSendKeys'],
  actions: ['POST /actions', 'PerformActions'],
  resize: ['POST /window/rect', 'SetWindowRect'],
  screenshot: ['GET /screenshot', 'TakeScreenshot'],
} as const;

export type Command = keyof typeof COMMANDS;
export type Send = (command: Command, params: Record<string, unknown>) => Promise<unknown>;

/** The key that names an element of a page, in every message (section 12.1). */
export const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
export type ElementRef = { [ELEMENT]: string };

export type Engine = {
  version: string;
  send: Send;
  /** Ends the browser and all that was started for it. */
  stop: () => Promise<unknown>;
};

/** A window of a browser. Scripts see nothing of the test but what they are given. */
export class BrowserWindow {
  constructor(private readonly engine: Engine) {}

  async goto(url: string) {
    await this.engine.send('navigate', { url });
  }

  async reload() {
    await this.engine.send('refresh', {});
  }

  async resize(width: number, height: number) {
    await this.engine.send('resize', { width, height });
  }

  /** Runs it in the page, or in the frame that was entered last. */
  async evaluate<Args extends unknown[], Result>(
    script: (...args: Args) => Result,
    ...args: Args
  ): Promise<Awaited<Result>> {
    const body = `return (${script}).apply(null, arguments)`;
    return (await this.engine.send('execute', { script: body, args })) as Awaited<Result>;
  }

  /** A frame of the current document; null for the page itself. */
  async enter(frame: ElementRef | null) {
    await this.engine.send('frame', { id: frame });
  }

  async click(element: ElementRef) {
    await this.engine.send('click', { id: element[ELEMENT] });
  }

  async hover(element: ElementRef) {
    const move = { type: 'pointerMove', origin: element, x: 0, y: 0, duration: 0 };
    await this.engine.send('actions', { actions: [{ type: 'pointer', id: 'mouse', actions: [move] }] });
  }

  /** Gives the paths of files to a file input. */
  async choose(input: ElementRef, paths: string[]) {
    await this.engine.send('type', { id: input[ELEMENT], text: paths.join('\n') });
  }

  /** One key after the other, to what has the focus. */
  async press(...keys: string[]) {
    const actions = keys.flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    await this.engine.send('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
  }

  async screenshot(): Promise<Buffer> {
    return Buffer.from((await this.engine.send('screenshot', {})) as string, 'base64');
  }
}

/** Code points of keys that are no letters (section 17.4.2). */
export const KEY = {
  tab: '\uE004',
  enter: '\uE007',
  escape: '\uE00C',
} as const;
