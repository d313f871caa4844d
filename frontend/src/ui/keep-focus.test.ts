// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFocus } from './keep-focus';

let stop: () => void;
beforeEach(() => {
  // jsdom has no window that could be in front.
  vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  document.body.innerHTML = '<textarea></textarea><main></main>';
  stop = keepFocus(document, () => document.querySelector('textarea'));
});
afterEach(() => stop());

const main = () => document.querySelector('main') as HTMLElement;
const draw = (html: string) => {
  main().innerHTML = html;
};
const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();
const focused = () =>
  vi.waitFor(() => {
    const { activeElement } = document;
    expect(activeElement).not.toBe(document.body);
    return activeElement?.id ?? '';
  });

const board = (prefix: string) =>
  `<div><button id="${prefix}a">Yankees</button><button id="${prefix}b">Mets</button><button id="${prefix}c">Mets</button></div>`;

test('a tree that is drawn anew has the focus on the same button, also where two have one name', async () => {
  draw(board('old-'));
  focus('#old-c');
  draw(board('new-'));
  expect(await focused()).toBe('new-c');
});

test('a row that is gone leaves the focus to the next one, and the last to the one before it', async () => {
  draw(
    '<ul><li><button id="one">One</button></li><li><button id="two">Two</button></li><li><button id="three">Three</button></li></ul>',
  );
  focus('#two');
  document.querySelector('#two')?.parentElement?.remove();
  expect(await focused()).toBe('three');
  document.querySelector('#three')?.parentElement?.remove();
  expect(await focused()).toBe('one');
});

test('what is disabled or inert while it has the focus leaves it to its neighbour', async () => {
  draw(
    '<button id="one">One</button><section><button id="two">Two</button></section><button id="three">Three</button>',
  );
  focus('#one');
  (document.querySelector('#one') as HTMLButtonElement).disabled = true;
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('two'));
  (document.querySelector('section') as HTMLElement).setAttribute('inert', '');
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('three'));
});

test('a toggle keeps the focus under its other name', async () => {
  draw('<p><button id="x">X</button><button id="open" data-control="fold">Open</button></p>');
  focus('#open');
  draw('<p><button id="close" data-control="fold">Close</button><button id="x">X</button></p>');
  expect(await focused()).toBe('close');
});

test('where nothing is left the focus goes to the fallback', async () => {
  draw('<button id="only">Only</button>');
  focus('#only');
  document.querySelector('main')?.remove();
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe('TEXTAREA'));
});

test('a part of the page that is left empty does not hand the focus to another part', async () => {
  document.body.insertAdjacentHTML('beforeend', '<aside><button id="elsewhere">Elsewhere</button></aside>');
  draw('<button id="only">Only</button>');
  focus('#only');
  draw('<p>Loading</p>');
  await vi.waitFor(() => expect(document.activeElement?.tagName).toBe('TEXTAREA'));
});

test('a user who takes the focus away is not overruled', async () => {
  draw('<button id="only">Only</button>');
  focus('#only');
  (document.activeElement as HTMLElement).blur();
  await Promise.resolve();
  document.querySelector('#only')?.remove();
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  expect(document.activeElement).toBe(document.body);
});
