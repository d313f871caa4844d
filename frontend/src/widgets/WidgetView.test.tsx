import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import type { ActionConfig, WidgetNode } from '../protocol/types';
import { WidgetView } from './WidgetView';

function renderWidget(
  widget: WidgetNode,
  run: (action: ActionConfig) => Promise<void> = async () => {},
  blockedReason: string | null = null,
  fail: (message: string) => void = () => {},
) {
  const item = { id: 'w', thread_id: 't', created_at: '', type: 'widget' as const, widget };
  return {
    ...render(<WidgetView item={item} run={run} blockedReason={blockedReason} fail={fail} />),
    user: userEvent.setup(),
  };
}
const isBusy = (element: Element | null | undefined) => element?.getAttribute('aria-busy') === 'true';
const card = (...children: WidgetNode[]): WidgetNode => ({ type: 'Card', children });
const open: ActionConfig = { type: 'search.open', payload: { url: 'https://a.example' }, handler: 'client' };
const dig: ActionConfig = { type: 'search.dig' };

const results: WidgetNode = {
  type: 'ListView',
  status: { text: 'Searched “locks”', icon: 'search' },
  children: [
    {
      type: 'ListViewItem',
      onClickAction: open,
      children: [
        { type: 'Icon', name: 'globe' },
        {
          type: 'Col',
          children: [
            { type: 'Text', value: 'Row locks explained' },
            { type: 'Caption', value: 'postgresql.org' },
            { type: 'Button', label: 'Dig deeper', onClickAction: dig },
          ],
        },
      ],
    },
  ],
};

describe('a list of results', () => {
  test('shows its status and its rows', () => {
    renderWidget(results);
    expect(screen.getByText('Searched “locks”')).toBeTruthy();
    expect(screen.getAllByRole('listitem')).toHaveLength(1);
    expect(screen.getByText('postgresql.org')).toBeTruthy();
  });

  test('a row is a button named after its first words; a button in it is a button of its own', async () => {
    const run = vi.fn(async () => {});
    const { user } = renderWidget(results, run);
    await user.click(screen.getByRole('button', { name: 'Row locks explained' }));
    expect(run).toHaveBeenLastCalledWith(open);
    await user.click(screen.getByRole('button', { name: 'Dig deeper' }));
    expect(run).toHaveBeenLastCalledWith(dig);
    expect(run).toHaveBeenCalledTimes(2);
  });

  test('actions that start an answer wait while another one comes in; opening a result does not', () => {
    renderWidget(results, async () => {}, 'Wait.');
    expect(screen.getByRole('button', { name: 'Dig deeper' }).getAttribute('aria-disabled')).toBe('true');
    expect(
      screen.getByRole('button', { name: 'Row locks explained' }).getAttribute('aria-disabled'),
    ).toBeNull();
  });

  test('a long list shows its first rows and the rest on demand', async () => {
    const rows = [1, 2, 3].map((n) => ({
      type: 'ListViewItem',
      children: [{ type: 'Text', value: `Row ${n}` }],
    }));
    const { user } = renderWidget({ type: 'ListView', limit: 1, children: rows });
    expect(screen.getAllByRole('listitem')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Show 2 more' }));
    expect(screen.getAllByRole('listitem')).toHaveLength(3);
  });
});

describe('while an action runs', () => {
  function pending() {
    let finish = () => {};
    const run = () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      });
    return { run, finish: () => finish() };
  }
  const button = (loadingBehavior?: ActionConfig['loadingBehavior']) =>
    card({ type: 'Button', label: 'Go', onClickAction: { ...dig, loadingBehavior } });

  test('a button is busy by itself unless the action asks for something else', async () => {
    const { run, finish } = pending();
    const { user } = renderWidget(button(), run);
    await user.click(screen.getByRole('button', { name: 'Go' }));
    expect(screen.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBe('true');
    finish();
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBeNull(),
    );
  });

  test('"container" holds the whole card until it is over', async () => {
    const { run, finish } = pending();
    const { user, container } = renderWidget(button('container'), run);
    await user.click(screen.getByRole('button', { name: 'Go' }));
    const section = container.querySelector('section');
    expect(isBusy(section)).toBe(true);
    finish();
    await waitFor(() => expect(isBusy(section)).toBe(false));
  });

  test('"none" changes nothing on the screen', async () => {
    const { run } = pending();
    const { user, container } = renderWidget(button('none'), run);
    await user.click(screen.getByRole('button', { name: 'Go' }));
    expect(screen.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBeNull();
    expect(container.querySelector('section[aria-busy], .widget[aria-busy]')).toBeNull();
  });

  test('confirm and cancel of a card run their actions', async () => {
    const run = vi.fn(async () => {});
    const { user } = renderWidget(
      { ...card(), confirm: { label: 'Yes', action: dig }, cancel: { label: 'No', action: open } },
      run,
    );
    await user.click(screen.getByRole('button', { name: 'No' }));
    await user.click(screen.getByRole('button', { name: 'Yes' }));
    expect(run.mock.calls).toEqual([[open], [dig]]);
  });
});

describe('what a server may send', () => {
  test('draws every node these widgets use', () => {
    const { container } = renderWidget(
      card(
        { type: 'Title', value: 'A title' },
        { type: 'Row', children: [{ type: 'Badge', label: 'new', color: 'success' }, { type: 'Spacer' }] },
        {
          type: 'Box',
          padding: 4,
          border: 1,
          radius: 'lg',
          children: [{ type: 'Markdown', value: '**md**' }],
        },
        { type: 'Divider', flush: true },
        { type: 'Transition', children: { type: 'Text', value: 'moved', streaming: true } },
        { type: 'Basic', children: [{ type: 'Image', src: 'https://a.example/i.png', alt: 'A picture' }] },
      ),
    );
    for (const text of ['A title', 'new', 'md', 'moved']) expect(screen.getByText(text)).toBeTruthy();
    expect(screen.getByRole('img', { name: 'A picture' })).toBeTruthy();
    expect(container.querySelector('hr')).toBeTruthy();
    expect(screen.getByText('md').closest<HTMLElement>('.w-box')?.style.padding).toBe('16px');
  });

  test('a node we do not know is marked for developers and costs nothing else', () => {
    renderWidget(card({ type: 'Hologram' }, { type: 'Text', value: 'still here' }));
    expect(screen.getByText('Unsupported: Hologram')).toBeTruthy();
    expect(screen.getByText('still here')).toBeTruthy();
  });

  test('children that are not nodes are passed over', () => {
    renderWidget({ type: 'Card', children: ['text', null, 7, { type: 'Text', value: 'fine' }] });
    expect(screen.getByText('fine')).toBeTruthy();
  });

  test('a colour cannot call an address', () => {
    const { container } = renderWidget(
      card({ type: 'Box', background: 'url(https://a.example/seen)', children: [] }),
    );
    expect(container.querySelector<HTMLElement>('.w-box')?.style.background).toBe('');
  });

  test('a picture cannot be a script, and an unknown icon is nothing', () => {
    const { container } = renderWidget(
      card({ type: 'Image', src: 'javascript:alert(1)' }, { type: 'Icon', name: 'constructor' }),
    );
    expect(container.querySelector('img, svg')).toBeNull();
  });
});
