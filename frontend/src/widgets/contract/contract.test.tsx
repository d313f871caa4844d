/*
 * Our renderers against both unions of widget nodes: the Python SDK's (sdk.json, which a Python test holds in step)
 * and the browser types of `@openai/chatkit`. A node, prop, word or icon that ChatKit adds fails here until it is drawn.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanup, render, waitFor } from '@testing-library/react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, test } from 'vitest';
import type { WidgetNode } from '../../protocol/types';
import { curves } from '../chart-data';
import { NamedIcon } from '../icons';
import { renderers } from '../renderers';
import { WidgetView } from '../WidgetView';
import { browserTypes } from './browser-types';
import { bases, exampleOf, isUnread, isUnseen, neededBeside, placed } from './examples';
import { recording } from './recording';
import sdk from './sdk.json';
import { propsOf, unionOf, type WidgetTypes } from './shape';

const IN_TIME = { timeout: 30_000 };
const unions: WidgetTypes[] = [sdk as WidgetTypes, browserTypes()];
const types = [...new Set(unions.flatMap(({ nodes }) => Object.keys(nodes)))].sort();
const icons = [...new Set(unions.flatMap((union) => union.icons))];

const propsOfType = (type: string) =>
  propsOf(unionOf(unions.map(({ nodes }) => ({ fields: nodes[type] ?? {} }))).fields ?? {});

const view = (node: WidgetNode) => {
  const item = { id: 'w', thread_id: 't', created_at: '', type: 'widget' as const, widget: node };
  return <WidgetView item={item} run={async () => {}} blockedReason={null} fail={() => {}} />;
};

// Ids are new in each drawing.
const withoutIds = (html: string) =>
  html.replace(/_R_\w*_|_r_\w+_|react-aria[\w-]*|recharts[\w-]*\d[\w-]*/g, 'ID');

/** As markup, in which no browser has dropped a style yet. */
const draw = (node: WidgetNode) => withoutIds(renderToStaticMarkup(view(placed(node))));

/** The plot of a chart is drawn by its effects, so it needs a page. */
function drawnInPage(node: WidgetNode): string {
  const { container } = render(view(node));
  const html = container.innerHTML;
  cleanup();
  return withoutIds(html);
}

const baseFor = (type: string, path: string): WidgetNode =>
  structuredClone({ ...(bases[type] as WidgetNode), ...neededBeside[`${type}.${path}`] });

/** The node with one prop more, in the objects around it. */
function withProp(type: string, path: string, value: unknown): WidgetNode {
  const node = baseFor(type, path);
  let owner: Record<string, unknown> = node;
  const steps = path.split('.');
  const last = steps.pop() as string;
  for (const step of steps) {
    const known = owner[step];
    const next = Array.isArray(known) ? known[0] : known;
    if (typeof next === 'object' && next !== null) owner = next as Record<string, unknown>;
    else owner = owner[step] = {};
  }
  owner[last] = value;
  return node;
}

// The parts that come when they are needed are there once they have been.
beforeAll(async () => {
  await Promise.all([import('../ChartPlot'), import('../SelectField'), import('../DateField')]);
  for (const type of ['Chart', 'Select', 'DatePicker']) {
    const { unmount } = render(view(bases[type] as WidgetNode));
    await waitFor(
      () => expect(document.querySelector('.recharts-surface, [data-rac]')).not.toBeNull(),
      IN_TIME,
    );
    unmount();
  }
}, 60_000);

test('both unions are what is expected of them', () => {
  expect(types).toContain('Chart');
  expect(types).toContain('Table.Cell');
  expect(icons.length).toBeGreaterThanOrEqual(63);
});

test('each node of ChatKit has a renderer, and no renderer is of another', () => {
  expect(Object.keys(renderers).sort()).toEqual(types);
});

test('each icon is drawn', () => {
  const missing = icons.filter((name) => !renderToStaticMarkup(<NamedIcon name={name} />).includes('<svg'));
  expect(missing).toEqual([]);
});

describe.each(types)('%s', { timeout: 30_000 }, (type) => {
  const props = propsOfType(type);

  test('reads each of its props, and looks different with it', () => {
    const unread: string[] = [];
    const idle: string[] = [];
    for (const [path, values] of props) {
      const read = new Set<string>();
      const node = withProp(type, path, values[0] ?? exampleOf(path, type));
      const drawn = draw(recording(node, read));
      if (!read.has(`${type}.${path}`) && !isUnread(path)) unread.push(path);
      if (drawn !== draw(baseFor(type, path)) || values.length > 0 || isUnseen(`${type}.${path}`)) continue;
      if (type === 'Chart' && drawnInPage(node) !== drawnInPage(bases.Chart as WidgetNode)) continue;
      idle.push(path);
    }
    expect({ unread, idle }).toEqual({ unread: [], idle: [] });
  });

  test('draws something else for each word that a prop takes', () => {
    for (const [path, values] of props) {
      if (values.length < 2 || isUnseen(`${type}.${path}`)) continue;
      const drawn = new Map(values.map((value) => [draw(withProp(type, path, value)), value]));
      expect([...drawn.values()], `${type}.${path}`).toEqual(values);
    }
  });
});

test('the style sheets know every word that a renderer writes into a data attribute', IN_TIME, () => {
  const folder = join(import.meta.dirname, '..');
  const css = readdirSync(folder)
    .filter((name) => name.endsWith('.css'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  const unknown: string[] = [];
  for (const type of types) {
    for (const [path, values] of propsOfType(type)) {
      const unstyled = values.filter((value) => {
        const html = draw(withProp(type, path, value));
        const [attribute] =
          new RegExp(`data-(variant|color|size|direction|align)="${value}"`).exec(html) ?? [];
        return attribute !== undefined && !css.includes(`[${attribute}]`);
      });
      // One of them may be what all others differ from.
      if (unstyled.length > 1) unknown.push(`${type}.${path}: ${unstyled.join(', ')}`);
    }
  }
  expect(unknown).toEqual([]);
});

test('a chart knows each curve', () => {
  expect(
    propsOfType('Chart')
      .find(([path]) => path === 'series.curveType')?.[1]
      .toSorted(),
  ).toEqual(curves.toSorted());
});
