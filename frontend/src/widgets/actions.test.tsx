import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import type { ActionConfig, WidgetNode } from '../protocol/types';
import { renderWidget } from './testing/render-widget';
import { WidgetView } from './WidgetView';

const isBusy = (element: Element | null) => element?.getAttribute('aria-busy') === 'true';
const dig: ActionConfig = { type: 'dig' };
const plain = { ...dig, streaming: false };

describe('what an action carries', () => {
  test('outside of forms a control adds its value, under its name', async () => {
    const { user, run } = renderWidget({
      type: 'Checkbox',
      name: 'news.weekly',
      label: 'News',
      onChangeAction: plain,
    });
    await user.click(screen.getByRole('checkbox', { name: 'News' }));
    expect(run).toHaveBeenCalledWith({ ...plain, payload: { news: { weekly: true } } });
  });

  test('radios report the choice, and those of two groups of one name leave each other alone', async () => {
    const group = (key: string): WidgetNode => ({
      type: 'RadioGroup',
      key,
      name: 'size',
      ariaLabel: key,
      defaultValue: 's',
      options: [
        { value: 's', label: 'Small' },
        { value: 'l', label: 'Large' },
      ],
      onChangeAction: plain,
    });
    const { user, run } = renderWidget({ type: 'Basic', children: [group('first'), group('second')] });
    const [first] = screen.getAllByRole('radio', { name: 'Large' });
    await user.click(first as HTMLElement);
    expect(run).toHaveBeenCalledWith({ ...plain, payload: { size: 'l' } });
    expect(screen.getAllByRole('radio', { name: 'Small' })[1]).toHaveProperty('checked', true);
  });

  test('what is no action is not run', async () => {
    const { user, run } = renderWidget({ type: 'Button', label: 'Go', onClickAction: { payload: {} } });
    await user.click(screen.getByRole('button', { name: 'Go' }));
    expect(run).not.toHaveBeenCalled();
  });
});

describe('while no answer may be started', () => {
  const item = (widget: WidgetNode) => ({
    id: 'w',
    thread_id: 't',
    created_at: '',
    type: 'widget' as const,
    widget,
  });

  test('a change waits, and only the newest is sent', async () => {
    const run = vi.fn(async () => {});
    const widget: WidgetNode = { type: 'Checkbox', name: 'c', label: 'News', onChangeAction: dig };
    const view = (blockedReason: string | null) => (
      <WidgetView item={item(widget)} run={run} blockedReason={blockedReason} fail={() => {}} />
    );
    const { rerender } = render(view('Wait.'));
    const user = userEvent.setup();
    await user.click(screen.getByRole('checkbox'));
    await user.click(screen.getByRole('checkbox'));
    await user.click(screen.getByRole('checkbox'));
    expect(run).not.toHaveBeenCalled();
    rerender(view(null));
    expect(run).toHaveBeenCalledTimes(1);
    expect(run).toHaveBeenCalledWith({ ...dig, payload: { c: true } });
  });

  test('a submit button waits, too', () => {
    renderWidget(
      { type: 'Form', onSubmitAction: dig, children: [{ type: 'Button', label: 'Send', submit: true }] },
      { blockedReason: 'Wait.' },
    );
    expect(screen.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBe('true');
  });
});

describe('how an action shows that it runs', () => {
  const pending = () => {
    let finish = () => {};
    const run = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    return { run, finish: () => act(async () => finish()) };
  };

  test('a form fades its container unless the action asks for something else', async () => {
    const { run, finish } = pending();
    const form: WidgetNode = {
      type: 'Form',
      onSubmitAction: dig,
      children: [{ type: 'Button', label: 'Send', submit: true }],
    };
    const { user, container } = renderWidget({ type: 'Card', children: [form] }, { run });
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(isBusy(container.querySelector('.w-card'))).toBe(true);
    await finish();
    expect(isBusy(container.querySelector('.w-card'))).toBe(false);
  });

  test('"self" on a form is its submit button', async () => {
    const { run, finish } = pending();
    const form: WidgetNode = {
      type: 'Form',
      onSubmitAction: { ...dig, loadingBehavior: 'self' },
      children: [{ type: 'Button', label: 'Send', submit: true }],
    };
    const { user, container } = renderWidget({ type: 'Card', children: [form] }, { run });
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(screen.getByRole('button', { name: 'Send' }).getAttribute('aria-busy')).toBe('true');
    expect(container.querySelector('section[aria-busy], .widget[aria-busy]')).toBeNull();
    await finish();
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Send' }).getAttribute('aria-disabled')).toBeNull(),
    );
  });

  test('"container" of a root without a card is the widget', async () => {
    const { run, finish } = pending();
    const action = { ...dig, loadingBehavior: 'container' };
    const { user, container } = renderWidget(
      { type: 'Basic', children: [{ type: 'Button', label: 'Go', onClickAction: action }] },
      { run },
    );
    await user.click(screen.getByRole('button', { name: 'Go' }));
    expect(isBusy(container.querySelector('.widget'))).toBe(true);
    await finish();
  });

  test('an unknown word is as none', async () => {
    const { run, finish } = pending();
    const action = { ...dig, loadingBehavior: 'spin' };
    const { user } = renderWidget({ type: 'Button', label: 'Go', onClickAction: action }, { run });
    await user.click(screen.getByRole('button', { name: 'Go' }));
    expect(screen.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBe('true');
    await finish();
  });
});
