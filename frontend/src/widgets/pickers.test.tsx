import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { WidgetNode } from '../protocol/types';
import { renderWidget } from './testing/render-widget';

const SLOW = { timeout: 20_000 };
const change = { type: 'changed', streaming: false };
const plan: WidgetNode = {
  type: 'Select',
  name: 'plan',
  placeholder: 'Choose a plan',
  clearable: true,
  onChangeAction: change,
  options: [
    { value: 'free', label: 'Free', description: 'For a first look' },
    { value: 'team', label: 'Team' },
    { value: 'firm', label: 'Company', disabled: true },
  ],
};
/** The control once the part that opens has been loaded. */
async function ready(name: RegExp) {
  return waitFor(() => {
    const button = screen.getByRole('button', { name });
    expect(button.hasAttribute('data-rac')).toBe(true);
    return button;
  }, SLOW);
}

describe('a select', { timeout: 30_000 }, () => {
  test('opens, moves and chooses by keyboard, and reports the choice', async () => {
    const { user, run } = renderWidget({
      type: 'Card',
      children: [{ type: 'Label', value: 'Plan', fieldName: 'plan' }, plan],
    });
    const button = await ready(/^Choose a plan Plan$/);
    button.focus();
    await user.keyboard('{Enter}');
    const list = await screen.findByRole('listbox', {}, SLOW);
    expect(within(list).getAllByRole('option')).toHaveLength(3);
    expect(within(list).getByText('For a first look')).toBeTruthy();
    expect(within(list).getByRole('option', { name: 'Company' }).getAttribute('aria-disabled')).toBe('true');
    await user.keyboard('{ArrowDown}{Enter}');
    expect(run).toHaveBeenLastCalledWith({ ...change, payload: { plan: 'team' } });
    expect(button.textContent).toContain('Team');
    expect(screen.queryByRole('listbox')).toBeNull();
  });

  test('can be cleared, which is a change to nothing', async () => {
    const { user, run } = renderWidget({ ...plan, defaultValue: 'free' });
    await ready(/^Free/);
    await user.click(screen.getByRole('button', { name: 'Clear plan' }));
    expect(run).toHaveBeenLastCalledWith({ ...change, payload: { plan: null } });
    expect(screen.queryByRole('button', { name: 'Clear plan' })).toBeNull();
    expect(screen.getByText('Choose a plan', { selector: '.w-picker-value' })).toBeTruthy();
  });

  test('with many options one types to find one', async () => {
    const options = Array.from({ length: 20 }, (_, at) => ({ value: `c${at}`, label: `City ${at}` }));
    const { user, run } = renderWidget({ type: 'Select', name: 'city', options, onChangeAction: change });
    await user.click(await ready(/city/i));
    await user.type(await screen.findByRole('searchbox', {}, SLOW), '17');
    await waitFor(() => expect(screen.getAllByRole('option')).toHaveLength(1), SLOW);
    await user.keyboard('{ArrowDown}{Enter}');
    expect(run).toHaveBeenLastCalledWith({ ...change, payload: { city: 'c17' } });
  });

  test('few options have no search unless it is asked for', async () => {
    const { user, update } = renderWidget(plan);
    await user.click(await ready(/plan/i));
    expect(screen.queryByRole('searchbox')).toBeNull();
    await user.keyboard('{Escape}');
    update({ ...plan, searchable: true });
    await user.click(await ready(/plan/i));
    expect(await screen.findByRole('searchbox', {}, SLOW)).toBeTruthy();
  });
});

describe('a date picker', { timeout: 30_000 }, () => {
  const day: WidgetNode = {
    type: 'DatePicker',
    name: 'day',
    defaultValue: '2026-12-18T23:30:00-05:00',
    min: '2026-12-10',
    max: '2026-12-28',
    onChangeAction: change,
  };

  test('shows the day that was written, opens and moves by keyboard, and reports a plain date', async () => {
    const { user, run } = renderWidget(day);
    const button = await ready(/^day: Dec 18, 2026$/);
    button.focus();
    await user.keyboard('{Enter}');
    await screen.findByRole('dialog', {}, SLOW);
    await user.keyboard('{ArrowRight}{ArrowDown}{Enter}');
    expect(run).toHaveBeenLastCalledWith({ ...change, payload: { day: '2026-12-26' } });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(button.textContent).toContain('Dec 26, 2026');
  });

  test('offers no day before its first or after its last', async () => {
    const { user } = renderWidget(day);
    await user.click(await ready(/^day/));
    const grid = await screen.findByRole('grid', {}, SLOW);
    const disabled = (name: RegExp) =>
      within(grid).getByRole('button', { name }).getAttribute('aria-disabled') === 'true';
    expect([disabled(/December 9,/), disabled(/December 10,/)]).toEqual([true, false]);
    expect([disabled(/December 28,/), disabled(/December 29,/)]).toEqual([false, true]);
  });
});
