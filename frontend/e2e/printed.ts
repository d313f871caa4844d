/**
 * The snippets of the two documents that this project began with (tests/seeds/snippets), as they are printed but for what
 * `replaced` names: what the printing has lost, and what is around a snippet on a page.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { transformWithOxc } from 'vite';
import type { HostPage } from './host-page';

export function printed(name: string, replaced: Record<string, string> = {}): string {
  let text = readFileSync(resolve('../tests/seeds/snippets', name), 'utf8');
  for (const [old, now] of Object.entries(replaced)) {
    if (!text.includes(old)) throw new Error(`${name} has no ${old}`);
    text = text.replaceAll(old, now);
  }
  return text;
}

/** As JavaScript. */
export const script = async (name: string, replaced?: Record<string, string>) =>
  (await transformWithOxc(printed(name, replaced), name, { lang: 'ts' })).code;

/** What an options object of the theming guide is, as an expression. */
export const optionsOf = async (name: string, replaced?: Record<string, string>) =>
  `(() => { ${await script(`options/${name}.ts`, replaced)}; return options; })()`;

/** What the page knows by itself: its server. */
export const SERVER = `{ api: { url: 'chatkit/seeds', domainKey: 'local' } }`;

export async function set(host: HostPage, ...options: string[]) {
  await host.page.evaluate(`window.chat.setOptions(Object.assign(${['{}', SERVER, ...options].join(', ')}))`);
  await host.page.waitForFunction(() => window.received.some(([name]) => name === 'ready'));
}

/** The notices of the element in the console, from now on. */
export function notices(page: Page): string[] {
  const found: string[] = [];
  page.on('console', (message) => message.type() === 'info' && found.push(message.text()));
  return found;
}

export const renamed = (...pairs: [string, string][]) =>
  pairs.map(([name, now]) => `<openai-chatkit>: Option "${name}" is now called "${now}".`).toSorted();
