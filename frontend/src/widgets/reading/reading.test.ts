import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { WidgetNode } from '../../protocol/types';
import { linesOf } from './lines';
import { outcomeOf } from './outcome';
import { readingOf } from './reading';

const node = (type: string, props: Record<string, unknown> = {}, ...children: WidgetNode[]): WidgetNode => ({
  type,
  ...props,
  ...(children.length ? { children } : {}),
});
const text = (value: string) => node('Text', { value });
const button = (label: string, props: Record<string, unknown> = {}) => node('Button', { label, ...props });
const go = (payload: unknown = {}) => ({ onClickAction: { type: 'go', payload } });

/** The names of the buttons and clickable rows that need one, in their order. */
const namesIn = (root: WidgetNode) => [...readingOf(root).names.values()];

const leg = (pick: string, game: string) =>
  node(
    'Row',
    {},
    node('Col', {}, text(pick), node('Caption', { value: game })),
    text('-110'),
    button('Remove', go()),
  );

describe('buttons with the same label', () => {
  test('are named after the row they stand in', () => {
    expect(namesIn(node('Card', {}, leg('Yankees -1.5', 'NYY @ BOS'), leg('Lakers', 'LAL @ DEN')))).toEqual([
      'Remove Yankees -1.5',
      'Remove Lakers',
    ]);
  });

  test('take as many words of it as tell them apart, and a number if none do', () => {
    const card = node('Card', {}, leg('Over 8.5', 'NYY @ BOS'), leg('Over 8.5', 'LAL @ DEN'));
    expect(namesIn(card)).toEqual(['Remove Over 8.5, NYY @ BOS', 'Remove Over 8.5, LAL @ DEN']);
    expect(namesIn(node('Row', {}, button('Go'), button('Go')))).toEqual(['Go (2)']);
  });

  test('are named after the words before them where no row holds them', () => {
    expect(namesIn(node('Col', {}, text('Tea'), button('Add'), text('Milk'), button('Add')))).toEqual([
      'Add Tea',
      'Add Milk',
    ]);
  });

  test('are left alone where they differ', () => {
    expect(namesIn(node('Card', {}, text('Delete it?'), button('Yes'), button('No')))).toEqual([]);
  });

  test('of icons are named, too, and as words', () => {
    const play = (song: string) =>
      node('Row', {}, text(song), node('Button', { iconStart: 'lucide:skip-back' }));
    expect(namesIn(node('Card', {}, play('One'), play('Two')))).toEqual(['skip back One', 'skip back Two']);
  });
});

test('a button in a table is named after its column and its row', () => {
  const cell = (child: WidgetNode) => node('Table.Cell', {}, child);
  const table = node(
    'Table',
    {},
    node(
      'Table.Row',
      { header: true },
      cell(text('Bookmaker')),
      cell(text('Yankees')),
      cell(text('Red Sox')),
    ),
    node('Table.Row', {}, cell(text('Alpha')), cell(button('-110')), cell(button('+100'))),
  );
  const card = node('Card', {}, text('Yankees @ Red Sox'), table);
  expect(namesIn(card)).toEqual(['-110, Yankees, Alpha', '+100, Red Sox, Alpha']);
  expect(readingOf(card).captions.get(table)).toBe('Yankees @ Red Sox');
});

test('a table and a chart are called after what is above them, but not after a figure or a note', () => {
  const figure = node('Row', {}, node('Caption', { value: 'Orders' }), node('Title', { value: '1,524' }));
  const chart = node('Chart');
  const table = node('Table', {}, node('Table.Row', {}, node('Table.Cell', {}, text('Tent'))));
  const card = node(
    'Card',
    {},
    node('Title', { value: 'Sales' }),
    figure,
    chart,
    text('Best sellers'),
    table,
  );
  expect([...readingOf(card).captions.values()]).toEqual(['Sales', 'Best sellers']);
});

test('clickable rows with the same beginning are told apart by what follows', () => {
  const row = (...words: string[]) => node('ListViewItem', go(), ...words.map(text), button('More'));
  expect(namesIn(node('ListView', {}, row('Order', 'of May'), row('Order', 'of June'))).slice(0, 2)).toEqual(
    expect.arrayContaining(['Order, of May']),
  );
});

describe('what is chosen', () => {
  const chosenIn = (root: WidgetNode) => [...readingOf(root).chosen.values()];
  const market = (label: string, variant: string) => button(label, { variant, ...go(label) });

  test('is the one filled button of a row of equal ones', () => {
    const markets = [market('Spread', 'solid'), market('Total', 'outline'), market('Moneyline', 'outline')];
    expect(chosenIn(node('Row', {}, ...markets))).toEqual([true, false, false]);
  });

  test('is nothing where the buttons do different things, or are Yes and No', () => {
    const send = button('Send', { variant: 'solid', onClickAction: { type: 'send' } });
    expect(chosenIn(node('Row', {}, send, market('One', 'outline'), market('Two', 'outline')))).toEqual([]);
    expect(chosenIn(node('Row', {}, market('Yes', 'solid'), market('No', 'outline')))).toEqual([]);
  });

  test('is the ticked row of a list', () => {
    const row = (icon: string) => node('ListViewItem', go(icon), node('Icon', { name: icon }), text(icon));
    expect(chosenIn(node('ListView', {}, row('check-circle-filled'), row('empty-circle')))).toEqual([
      true,
      false,
    ]);
    expect(chosenIn(node('ListView', {}, row('check-circle-filled'), row('bug')))).toEqual([]);
  });
});

describe('lines', () => {
  test('a row of words is one line, and so is each column of a row with a button', () => {
    const figure = (label: string, value: string) =>
      node('Col', {}, node('Caption', { value: label }), text(value));
    const card = node(
      'Card',
      {},
      node('Row', {}, figure('Stake', '$50'), figure('To win', '$45.45')),
      leg('Yankees -1.5', 'NYY @ BOS'),
      text('Good luck.'),
    );
    expect(linesOf(card)).toEqual([
      'Stake, $50, To win, $45.45',
      'Yankees -1.5, NYY @ BOS',
      '-110',
      'Good luck.',
    ]);
    expect(readingOf(card).singleLines.size).toBe(2);
  });

  test('of a folded card are none, and a table has one for each row', () => {
    expect(linesOf(node('Card', { collapsed: true }, text('hidden')))).toEqual([]);
    const row = (...cells: string[]) =>
      node('Table.Row', {}, ...cells.map((cell) => node('Table.Cell', {}, text(cell))));
    expect(linesOf(node('Table', {}, row('a', 'b'), row('c', 'd')))).toEqual(['a, b', 'c, d']);
  });
});

describe('an outcome', () => {
  const list = (...lines: string[]) => node('Card', {}, ...lines.map(text));

  test('is what came, what went, and what a changed line has become', () => {
    expect(outcomeOf(list('a', 'b'), list('a', 'b', 'c'))).toEqual({ added: ['c'], removed: [] });
    expect(outcomeOf(list('a', 'b', 'c'), list('a', 'c'))).toEqual({ added: [], removed: ['b'] });
    expect(outcomeOf(list('a', 'Payout $10'), list('a', 'Payout $20'))).toEqual({
      added: ['Payout $20'],
      removed: [],
    });
    expect(outcomeOf(list('a', 'b'), list('a', 'b'))).toEqual({ added: [], removed: [] });
  });

  test('of a list of thousands is found without comparing them in order', () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at}`);
    expect(outcomeOf(list(...lines), list(...lines, 'new')).added).toEqual(['new']);
  });
});

test('every sample has a title, and no two of its buttons have one name', () => {
  const folder = new URL('../samples/', import.meta.url);
  for (const name of readdirSync(folder)) {
    if (name === 'hostile.json') continue;
    const root = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as WidgetNode;
    const names = namesIn(root);
    expect(new Set(names).size, name).toBe(names.length);
  }
});
