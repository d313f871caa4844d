import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { act, render, screen } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { Markdown } from '../markdown/Markdown';
import type { WidgetNode } from '../protocol/types';
import { allowedImageSource, ImageDomainsContext } from '../ui/image-sources';
import { border, color, px } from './style';
import { renderWidget } from './testing/render-widget';

const card = (...children: unknown[]): WidgetNode => ({ type: 'Card', children });
const sample = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'samples', `${name}.json`), 'utf8')) as WidgetNode;

describe('whatever a server sends', () => {
  test('what is wrong costs nothing but itself', () => {
    renderWidget(sample('hostile'));
    expect(screen.getByText('What is right is shown.')).toBeTruthy();
    expect(screen.getByText('A single child')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Still works' })).toBeTruthy();
  });

  test('a node that breaks is a small note, the page gets the reason, and new data is tried again', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const broken = {
      type: 'Text',
      get value() {
        throw new Error('of some reason');
      },
    };
    const { fail, update } = renderWidget(card({ type: 'Text', value: 'Before' }, broken));
    expect(screen.getByText('Before')).toBeTruthy();
    expect(screen.getByText('This part cannot be shown.')).toBeTruthy();
    expect(fail).toHaveBeenCalledWith(expect.stringMatching(/"Text".*of some reason/));
    update(card({ type: 'Text', value: 'Before' }, { type: 'Text', value: 'Mended' }));
    expect(screen.getByText('Mended')).toBeTruthy();
  });

  test.each([null, 'text', 7, [], {}])('a widget that is %j is a note', (widget) => {
    renderWidget(widget as unknown as WidgetNode);
    expect(screen.getByText('This part cannot be shown.')).toBeTruthy();
  });

  test('a tree without end has one', () => {
    let deep: WidgetNode = { type: 'Text', value: 'bottom' };
    for (let level = 0; level < 5_000; level++) deep = { type: 'Box', children: [deep] };
    renderWidget(deep);
    expect(document.querySelectorAll('.w-box').length).toBeLessThan(100);
  });

  test.each(['javascript:alert(1)', 'JAVASCRIPT:x', 'data:text/html,x', 'blob:x', 'file:///etc/passwd'])(
    'no picture comes from %s',
    (src) => {
      const { container } = renderWidget(card({ type: 'Image', src, alt: 'A name' }));
      expect(container.querySelector('img')).toBeNull();
      expect(screen.getByText('A name')).toBeTruthy();
    },
  );

  test('Markdown runs no script and leads to none', () => {
    const { container } = renderWidget({
      type: 'Markdown',
      value:
        '[a](javascript:alert(1)) <img src=x onerror=alert(1)> <script>x</script> <a href="data:text/html,x">b</a>',
    });
    expect(container.querySelector('script, [onerror], a[href^="javascript"], a[href^="data"]')).toBeNull();
  });
});

describe('a style cannot call an address', () => {
  test.each([
    'url(https://a.example/)',
    'URL (https://a.example/)',
    'u\\72l(https://a.example/)',
    'linear-gradient(red, blue), url(x)',
    'image-set("a.png" 1x)',
    '-webkit-image-set("a.png" 1x)',
    'cross-fade(url(a), url(b))',
    'src("a.png")',
  ])('%s', (value) => {
    expect(color(value, 'surface')).toBeUndefined();
    expect(px(value)).toBeUndefined();
    expect(color({ light: value, dark: value }, 'text')).toBeUndefined();
    expect(JSON.stringify(border({ size: 1, color: value }))).not.toContain(value);
  });

  test('and what calls none is let through', () => {
    expect(color('linear-gradient(red, blue)', 'surface')).toBe('linear-gradient(red, blue)');
    expect(px('calc(100% - 2rem)')).toBe('calc(100% - 2rem)');
  });
});

describe('when a thread lists the domains of its images', () => {
  const domains = ['cdn.example.com', '*.pictures.example'];

  test('pictures come from them, from this server and from the text itself', () => {
    const allowed = [
      'https://cdn.example.com/a.png',
      'https://a.pictures.example/a.png',
      '/files/1/preview',
      'data:image/png;base64,AAAA',
    ];
    expect(allowed.map((src) => allowedImageSource(src, domains)).every(Boolean)).toBe(true);
  });

  test('and from nowhere else', () => {
    const refused = [
      'https://example.com/a.png',
      'https://evil.example/?cdn.example.com',
      'https://cdn.example.com.evil.example/a.png',
      'https://notpictures.example/a.png',
      'https://pictures.example/a.png',
      'https://user:cdn.example.com@evil.example/a.png',
      '//evil.example/a.png',
    ];
    expect(refused.filter((src) => allowedImageSource(src, domains) !== null)).toEqual([]);
    expect(allowedImageSource('https://example.com/a.png', null)).not.toBeNull();
    expect(allowedImageSource('https://cdn.example.com/a.png', [])).toBeNull();
  });

  test('Markdown keeps to the list, too, and names what it leaves out', () => {
    const text = '![A cat](https://evil.example/cat.png) ![A dog](https://cdn.example.com/dog.png)';
    const { container } = render(
      <ImageDomainsContext value={domains}>
        <Markdown text={text} />
      </ImageDomainsContext>,
    );
    expect([...container.querySelectorAll('img')].map((img) => img.alt)).toEqual(['A dog']);
    expect(screen.getByText('A cat')).toBeTruthy();
  });
});

test('every sample is drawn without a complaint', { timeout: 30_000 }, async () => {
  const complaints = vi.spyOn(console, 'error');
  for (const name of readdirSync(join(import.meta.dirname, 'samples'))) {
    const { container, fail } = await act(async () => renderWidget(sample(name.replace('.json', ''))));
    expect(container.querySelector('.widget')?.childElementCount, name).toBeGreaterThan(0);
    expect(fail, name).not.toHaveBeenCalled();
  }
  expect(complaints).not.toHaveBeenCalled();
});
