import { screen } from '@testing-library/react';
import { describe, expect, test, type vi } from 'vitest';
import type { ActionConfig, WidgetNode } from '../protocol/types';
import { withValues } from './form-values';
import { renderWidget } from './testing/render-widget';

const send: ActionConfig = { type: 'send' };
const form = (...children: WidgetNode[]): WidgetNode => ({ type: 'Form', onSubmitAction: send, children });
const submit: WidgetNode = { type: 'Button', label: 'Send', submit: true };
const click = (name: string) => screen.getByRole('button', { name });

describe('the values of a form', () => {
  test('come by name, dotted names nest, and an untouched choice is null', async () => {
    const { user, run } = renderWidget(
      form(
        { type: 'Input', name: 'person.name' },
        { type: 'Textarea', name: 'person.note', defaultValue: 'none' },
        { type: 'Checkbox', name: 'news', label: 'News' },
        { type: 'Checkbox', name: 'terms', label: 'Terms', defaultChecked: true },
        { type: 'RadioGroup', name: 'pay', options: [{ value: 'card', label: 'Card' }] },
        { type: 'Select', name: 'colour', options: [{ value: 'green', label: 'Green' }] },
        { type: 'DatePicker', name: 'day', defaultValue: '2026-12-24T00:00:00Z' },
        { type: 'Text', value: 'A motto', editable: { name: 'motto' } },
        { type: 'Input', name: 'off', disabled: true, defaultValue: 'never sent' },
        submit,
      ),
    );
    await user.type(screen.getByRole('textbox', { name: 'name' }), 'Ada');
    await user.click(click('Send'));
    expect(run).toHaveBeenCalledWith({
      ...send,
      payload: {
        person: { name: 'Ada', note: 'none' },
        news: false,
        terms: true,
        pay: null,
        colour: null,
        day: '2026-12-24',
        motto: 'A motto',
      },
    });
  });

  test('are there whatever a field is called', async () => {
    const { user, run } = renderWidget(
      form(
        { type: 'Input', name: '__proto__', defaultValue: 'a' },
        { type: 'RadioGroup', name: 'toString', options: [{ value: 'b', label: 'B' }] },
        submit,
      ),
    );
    await user.click(click('Send'));
    const [{ payload }] = (run as ReturnType<typeof vi.fn>).mock.calls[0] as [{ payload: object }];
    expect(Object.entries(payload)).toEqual([
      ['__proto__', 'a'],
      ['toString', null],
    ]);
  });

  test('go with every action inside the form', async () => {
    const { user, run } = renderWidget(
      form(
        { type: 'Input', name: 'name', defaultValue: 'Ada' },
        { type: 'Button', label: 'Draft', onClickAction: { type: 'draft', payload: { id: 7 } } },
        { type: 'Checkbox', name: 'news', label: 'News', onChangeAction: { type: 'tick' } },
      ),
    );
    await user.click(click('Draft'));
    expect(run).toHaveBeenLastCalledWith({ type: 'draft', payload: { id: 7, name: 'Ada', news: false } });
    await user.click(screen.getByRole('checkbox', { name: 'News' }));
    expect(run).toHaveBeenLastCalledWith({ type: 'tick', payload: { name: 'Ada', news: true } });
  });

  test('one that finds its key taken is left out, and the page gets an error', async () => {
    const { user, run, fail } = renderWidget({
      type: 'Form',
      onSubmitAction: { type: 'send', payload: { person: { id: 7, name: 'Server' } } },
      children: [
        { type: 'Input', name: 'person.name', defaultValue: 'Mine' },
        { type: 'Input', name: 'person.mail', defaultValue: 'a@b' },
        submit,
      ],
    });
    await user.click(click('Send'));
    expect(run).toHaveBeenCalledWith({
      type: 'send',
      payload: { person: { id: 7, name: 'Server', mail: 'a@b' } },
    });
    expect(fail).toHaveBeenCalledTimes(1);
    expect(fail.mock.calls[0]?.[0]).toContain('"person.name"');
  });

  test('no name reaches anything but the payload', () => {
    const { action } = withValues(send, { '__proto__.hacked': 'yes', 'constructor.prototype.hacked': 'yes' });
    expect(({} as Record<string, unknown>).hacked).toBeUndefined();
    expect(JSON.stringify(action.payload)).toContain('"__proto__":{"hacked":"yes"}');
  });

  test('a payload that is no object stays as it is', () => {
    const action = { type: 'send', payload: 'text' };
    expect(withValues(action, { name: 'Ada' })).toEqual({ action, collisions: ['name'] });
  });
});

describe('a form is checked before it is sent', () => {
  test('by the browser’s own rules', async () => {
    const { user, run } = renderWidget(
      form(
        { type: 'Input', name: 'mail', inputType: 'email', required: true, placeholder: 'Mail' },
        { type: 'Checkbox', name: 'terms', label: 'Terms', required: true },
        submit,
      ),
    );
    await user.click(click('Send'));
    await user.type(screen.getByRole('textbox', { name: 'Mail' }), 'ada@example.com');
    await user.click(click('Send'));
    expect(run).not.toHaveBeenCalled();
    await user.click(screen.getByRole('checkbox', { name: 'Terms' }));
    await user.click(click('Send'));
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('by a pattern, in a text area too; one that is no pattern asks for nothing', async () => {
    const { user, run } = renderWidget(
      form(
        { type: 'Textarea', name: 'code', pattern: '[0-9]+', placeholder: 'Code' },
        { type: 'Input', name: 'any', pattern: '([', defaultValue: 'x' },
        submit,
      ),
    );
    await user.type(screen.getByRole('textbox', { name: 'Code' }), 'abc');
    await user.click(click('Send'));
    expect(run).not.toHaveBeenCalled();
    await user.clear(screen.getByRole('textbox', { name: 'Code' }));
    await user.type(screen.getByRole('textbox', { name: 'Code' }), '123');
    await user.click(click('Send'));
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('Enter in a field sends it', async () => {
    const { user, run } = renderWidget(form({ type: 'Input', name: 'name' }, submit));
    await user.type(screen.getByRole('textbox', { name: 'name' }), 'Ada{Enter}');
    expect(run).toHaveBeenCalledWith({ ...send, payload: { name: 'Ada' } });
  });

  test('a form without an action of its own is checked for the action of its submit button', async () => {
    const { user, run } = renderWidget({
      type: 'Form',
      children: [
        { type: 'Input', name: 'name', required: true },
        { type: 'Button', label: 'Send', submit: true, onClickAction: send },
      ],
    });
    await user.click(click('Send'));
    expect(run).not.toHaveBeenCalled();
    await user.type(screen.getByRole('textbox', { name: 'name' }), 'Ada');
    await user.click(click('Send'));
    expect(run).toHaveBeenCalledWith({ ...send, payload: { name: 'Ada' } });
  });
});

describe('a card as a form', () => {
  const card: WidgetNode = {
    type: 'Card',
    asForm: true,
    confirm: { label: 'Yes', action: { type: 'confirm' } },
    cancel: { label: 'No', action: { type: 'cancel' } },
    children: [
      { type: 'Input', name: 'name', required: true },
      { type: 'Button', label: 'Help', onClickAction: { type: 'help' } },
    ],
  };

  test('gives its values to the confirmation only, and checks them only there', async () => {
    const { user, run } = renderWidget(card);
    await user.click(click('Yes'));
    expect(run).not.toHaveBeenCalled();
    await user.click(click('No'));
    expect(run).toHaveBeenLastCalledWith({ type: 'cancel' });
    await user.click(click('Help'));
    expect(run).toHaveBeenLastCalledWith({ type: 'help' });
    await user.type(screen.getByRole('textbox', { name: 'name' }), 'Ada');
    await user.click(click('Yes'));
    expect(run).toHaveBeenLastCalledWith({ type: 'confirm', payload: { name: 'Ada' } });
  });

  test('a card that is none gives nothing', async () => {
    const { user, run } = renderWidget({ ...card, asForm: false });
    await user.click(click('Yes'));
    expect(run).toHaveBeenLastCalledWith({ type: 'confirm' });
  });

  test('a form inside belongs to it, and the page gets an error about what is lost', async () => {
    const { fail, container } = renderWidget({ ...card, children: [form({ type: 'Input', name: 'inner' })] });
    expect(container.querySelectorAll('form')).toHaveLength(1);
    expect(fail).toHaveBeenCalledWith(expect.stringContaining('onSubmitAction'));
  });
});
