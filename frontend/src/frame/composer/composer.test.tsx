import type { ChatKitOptions, CommandSelection } from '@openai/chatkit';
import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test, vi } from 'vitest';
import { composer, created, done, renderChat } from '../testing/render-chat';
import { answered, streamOf, userSaid } from '../testing/scripted-server';

const answers = {
  'threads.create': () => streamOf(created, done(userSaid('u', 'hello')), done(answered('a', 'Yes.'))),
  'threads.add_user_message': () => streamOf(done(userSaid('u2', 'more'))),
};
const openWith = (options: Partial<ChatKitOptions>) => renderChat(answers, options);
type Asked = { params: { input: Record<string, unknown> } };
const inputOf = (asked: unknown[]) => (asked.at(-1) as Asked).params.input;
const options = () => screen.queryAllByRole('option').map(({ textContent }) => textContent);

const tools: NonNullable<ChatKitOptions['composer']>['tools'] = [
  {
    id: 'search',
    label: 'Search the web',
    shortLabel: 'Search',
    icon: 'globe',
    placeholderOverride: 'Look up',
  },
  { id: 'image', label: 'Make an image', icon: 'images', persistent: true },
  { id: 'pin', label: 'Deep research', icon: 'lab', pinned: true },
];

describe('a tool', () => {
  test('is chosen from the menu for one message, with its own placeholder', async () => {
    const { user, asked, emitted } = openWith({ composer: { tools } });
    await user.click(screen.getByRole('button', { name: 'Tools' }));
    const menu = screen.getByRole('menu', { name: 'Tools' });
    expect(within(menu).getAllByRole('menuitemradio')).toHaveLength(2);
    await user.keyboard('{Enter}');
    expect(screen.queryByRole('menu')).toBeNull();
    expect(composer().placeholder).toBe('Look up');
    expect(document.activeElement).toBe(composer());
    await user.keyboard('hello{Enter}');
    await screen.findByText('Yes.');
    expect(inputOf(asked)).toMatchObject({ inference_options: { tool_choice: { id: 'search' } } });
    expect(emitted.filter(([name]) => name === 'tool.change')).toEqual([
      ['tool.change', { toolId: 'search' }],
      ['tool.change', { toolId: null }],
    ]);
    expect(screen.queryByRole('button', { name: 'Turn off Search the web' })).toBeNull();
  });

  test('that is persistent stays chosen until it is turned off', async () => {
    const { user, asked } = openWith({ composer: { tools } });
    await user.click(screen.getByRole('button', { name: 'Tools' }));
    await user.keyboard('m{Enter}hello{Enter}');
    await screen.findByText('Yes.');
    await user.click(screen.getByRole('button', { name: 'Turn off Make an image' }));
    await user.keyboard('more{Enter}');
    await waitFor(() => expect(inputOf(asked)).toMatchObject({ inference_options: {} }));
    expect(inputOf(asked.slice(0, -1))).toMatchObject({
      inference_options: { tool_choice: { id: 'image' } },
    });
  });

  test('that is pinned is a switch beside the text', async () => {
    const { user, chat } = openWith({ composer: { tools } });
    const pin = screen.getByRole('button', { name: 'Deep research', pressed: false });
    await user.click(pin);
    expect(chat.selection.inference).toEqual({ tool_choice: { id: 'pin' } });
    await user.click(screen.getByRole('button', { name: 'Deep research', pressed: true }));
    expect(chat.selection.inference).toEqual({});
  });

  test('is chosen again when the message was not taken', async () => {
    const { user, chat } = renderChat(
      { 'threads.create': () => new Response('', { status: 503 }) },
      { composer: { tools } },
    );
    await chat.methods.setComposerValue({ text: 'hello', selectedToolId: 'search' });
    await user.click(composer());
    await user.keyboard('{Enter}');
    await screen.findByRole('alert');
    expect(chat.selection.tool.value?.id).toBe('search');
  });
});

test('the model is the default one until another is chosen; a disabled one cannot be', async () => {
  const models = [
    { id: 'small', label: 'Small' },
    { id: 'large', label: 'Large', default: true, description: 'Thinks longer' },
    { id: 'soon', label: 'Soon', disabled: true },
  ];
  const { user, asked } = openWith({ composer: { models } });
  await user.click(screen.getByRole('button', { name: 'Model: Large' }));
  await user.click(screen.getByRole('menuitemradio', { name: 'Soon' }));
  expect(screen.getByRole('menuitemradio', { name: /Large/, checked: true })).toBeTruthy();
  await user.click(screen.getByRole('menuitemradio', { name: 'Small' }));
  await user.keyboard('hello{Enter}');
  await screen.findByText('Yes.');
  expect(inputOf(asked)).toMatchObject({ inference_options: { model: 'small' } });
});

describe('mentions', () => {
  const people = [
    { id: 'd1', title: 'Plan', group: 'Documents' },
    { id: 'p1', title: 'Ann Lee', group: 'People', data: { team: 'ops' }, interactive: true },
    { id: 'p2', title: 'Anton', group: 'People' },
  ];
  const onTagSearch = async (query: string) => people.filter(({ title }) => title.startsWith(query));

  test('are found while typing, in groups, and go with the message as tags', async () => {
    const { user, asked } = openWith({ entities: { onTagSearch } });
    await user.type(composer(), 'Ask @An');
    await waitFor(() => expect(options()).toEqual(['Ann Lee', 'Anton']));
    expect(screen.getByRole('group', { name: 'People' })).toBeTruthy();
    expect(composer().getAttribute('aria-activedescendant')).toBe(
      screen.getByRole('option', { name: 'Ann Lee', selected: true }).id,
    );
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(composer().value).toBe('Ask @Ann Lee ');
    await user.keyboard('please{Enter}');
    await screen.findByText('Yes.');
    expect(inputOf(asked)).toMatchObject({
      content: [
        { type: 'input_text', text: 'Ask ' },
        {
          type: 'input_tag',
          id: 'p1',
          text: 'Ann Lee',
          group: 'People',
          interactive: true,
          data: { team: 'ops' },
        },
        { type: 'input_text', text: ' please' },
      ],
    });
  });

  test('are left with Escape, which does not stop anything else, and stay away', async () => {
    const { user, asked } = openWith({ entities: { onTagSearch } });
    await user.type(composer(), '@An');
    await screen.findByRole('option', { name: 'Anton' });
    await user.keyboard('{Escape}');
    expect(options()).toEqual([]);
    await user.keyboard('t{Enter}');
    await screen.findByText('Yes.');
    expect(inputOf(asked)).toMatchObject({ content: [{ type: 'input_text', text: '@Ant' }] });
  });

  test('a tag is deleted at once', async () => {
    const { user } = openWith({ entities: { onTagSearch } });
    await user.type(composer(), '@Pl');
    // Enter does not have to wait for the search.
    await user.keyboard('{Enter}');
    await waitFor(() => expect(composer().value).toBe('@Plan '));
    await user.keyboard('{Backspace}{Backspace}');
    expect(composer().value).toBe('');
  });

  test('a search that fails is reported, and the host page gets the reason', async () => {
    const { user, emitted } = openWith({
      entities: { onTagSearch: async () => Promise.reject(new Error('no index')) },
    });
    await user.type(composer(), '@a');
    await screen.findAllByText('The search failed. Type on to try again.');
    expect(emitted).toContainEqual(['error', 'entities.onTagSearch failed: no index']);
  });
});

describe('commands', () => {
  test('of the composer and of the host page stand in one menu', async () => {
    const onSelect = vi.fn(async () => undefined);
    const { user, chat } = openWith({
      commands: { enabled: true, onSearch: async () => [{ id: 'sum', label: 'Summarise' }], onSelect },
      composer: { tools },
    });
    await user.type(composer(), '/');
    await waitFor(() => expect(options()[0]).toBe('Summarise'));
    expect(screen.getByRole('group', { name: 'Actions' }).textContent).toContain('Search the web');
    await user.keyboard('{Enter}');
    await waitFor(() => expect(composer().value).toBe(''));
    expect(onSelect).toHaveBeenCalledWith(expect.objectContaining({ id: 'sum', label: 'Summarise' }));
    await user.keyboard('/deep');
    await waitFor(() => expect(options()).toContain('Deep research'));
    await user.click(screen.getByRole('option', { name: 'Deep research' }));
    expect(chat.selection.tool.value?.id).toBe('pin');
    expect(composer().value).toBe('');
  });

  test('may open another menu, and bring a tag; Escape goes back one menu', async () => {
    const onSelect = async ({ id }: { id: string }): Promise<CommandSelection> =>
      id === 'ticket'
        ? {
            type: 'menu',
            commands: [
              { id: 't7', label: 'Ticket 7' },
              { id: 't8', label: 'Ticket 8' },
            ],
          }
        : { type: 'entity', entity: { id, title: `#${id}` } };
    const onSearch = async () => [{ id: 'ticket', label: 'Ticket …' }];
    const { user, chat } = openWith({ commands: { enabled: true, onSearch, onSelect } });
    await user.type(composer(), 'See /');
    await screen.findByRole('option', { name: 'Ticket …' });
    await user.keyboard('{Enter}');
    await screen.findByRole('option', { name: 'Ticket 8' });
    await user.keyboard('{Escape}');
    await screen.findByRole('option', { name: 'Ticket …' });
    await user.keyboard('{Enter}');
    await screen.findByRole('option', { name: 'Ticket 8' });
    await user.keyboard('8');
    await waitFor(() => expect(options()).toEqual(['Ticket 8']));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(composer().value).toBe('See @#t8 '));
    expect(chat.draft.value.tags).toMatchObject([{ start: 4, entity: { id: 't8' } }]);
  });
});
