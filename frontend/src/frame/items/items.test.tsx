import { screen, within } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import type { Task, ThreadEvent, Workflow } from '../../protocol/types';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, openStream, streamOf, userSaid } from '../testing/scripted-server';

const at = { thread_id: 't', created_at: '2026-11-22T10:00:00Z' };
const question = userSaid('u', 'hello');
const stored = (...items: unknown[]) => storedIn({}, ...items);
const storedIn = (thread: object, ...items: unknown[]) =>
  renderChat(
    { 'threads.get_by_id': () => Response.json({ ...page(question, ...items), ...thread }) },
    { initialThread: 't' },
  );

test('a picture that was never finished, and a call that was not answered, are displayed as such and do not wait for ever', async () => {
  const call = {
    ...at,
    id: 'c',
    type: 'client_tool_call',
    status: 'pending',
    name: 'x',
    call_id: 'c',
    arguments: {},
  };
  stored({ ...at, id: 'i', type: 'generated_image' }, call, answered('a', 'So it is'));
  expect(await screen.findByText('The image is not available.')).toBeTruthy();
  expect(screen.getByText('This page was asked for something and did not answer.')).toBeTruthy();
  expect(screen.queryByRole('progressbar')).toBeNull();
});

test('what the server could not read is a notice: it is no answer to rate, copy or replace', async () => {
  const notice = 'This part of the chat cannot be displayed.';
  const task = { type: 'file', status_indicator: 'none', title: notice, sources: [] };
  stored({ ...at, id: 'n', type: 'task', task });
  expect((await screen.findByRole('note')).textContent).toBe(notice);
  expect(screen.queryByRole('article', { name: 'Answer' })).toBeNull();
  expect(screen.queryByRole('toolbar', { name: 'Answer actions' })).toBeNull();
});

test('beside a notice, an answer is rated for itself, and a step about files stays a step', async () => {
  const file = (more: object) => ({ type: 'file', status_indicator: 'none', title: 'Read', ...more });
  const source = { type: 'file', filename: 'ferns.pdf', title: 'Ferns' };
  stored(
    { ...at, id: 'n', type: 'task', task: file({ title: 'Not to be seen', sources: [] }) },
    { ...at, id: 's', type: 'task', task: file({ sources: [source] }) },
    answered('a', 'So it is'),
  );
  expect(await screen.findAllByRole('note')).toHaveLength(1);
  expect(screen.getByText('Read').closest('[role="note"]')).toBeNull();
  expect(screen.getByRole('toolbar', { name: 'Answer actions' })).toBeTruthy();
});

test('a picture shows how far it is, and comes to rest when the stream ends without it', async () => {
  const stream = openStream();
  const { user } = renderChat({ 'threads.create': () => stream.response });
  await user.type(composer(), 'hello{Enter}');
  const image = { id: 'p', url: '/p.png' };
  stream.send(
    created,
    done(question),
    { type: 'thread.item.added', item: { ...at, id: 'i', type: 'generated_image' } },
    {
      type: 'thread.item.updated',
      item_id: 'i',
      update: { type: 'generated_image.updated', image, progress: 0.4 },
    },
  );
  expect(await screen.findByRole('progressbar', { name: 'Creating the image' })).toHaveProperty('value', 0.4);
  stream.end();
  expect(await screen.findByRole('button', { name: 'Enlarge Made for this answer' })).toBeTruthy();
  expect(screen.queryByRole('progressbar')).toBeNull();
});

test('a single step is one line, without a heading that says the same, until there is a second one', async () => {
  const stream = openStream();
  const { user } = renderChat({ 'threads.create': () => stream.response });
  await user.type(composer(), 'hello{Enter}');
  const task = (
    title: string,
    more: { content?: string; icon?: string; status_indicator?: 'loading' } = {},
  ): Task => ({
    type: 'custom',
    title,
    ...more,
  });
  const add = (title: string, at: number): ThreadEvent => ({
    type: 'thread.item.updated',
    item_id: 'w',
    update: {
      type: 'workflow.task.added',
      task_index: at,
      task: task(title, { status_indicator: 'loading' }),
    },
  });
  const workflow: Workflow = { type: 'custom', tasks: [], expanded: true };
  stream.send(
    created,
    done(question),
    { type: 'thread.item.added', item: { ...at, id: 'w', type: 'workflow', workflow } },
    add('Looking up Sam Porter', 0),
  );
  expect(await screen.findAllByText('Looking up Sam Porter')).toHaveLength(1);
  expect(screen.getByRole('img', { name: 'Running' })).toBeTruthy();
  stream.send(add('Reading picks', 1));
  expect(await screen.findByRole('button', { name: 'Reading picks' })).toBeTruthy();

  const failed = task('Not looked up: Sam Porter', { content: 'The server is closed.', icon: 'circle-x' });
  const ended = { ...workflow, summary: { title: 'Not looked up: Sam Porter' }, tasks: [failed] };
  stream.send(done({ ...at, id: 'w', type: 'workflow', workflow: ended }));
  expect(await screen.findByText('The server is closed.')).toBeTruthy();
  expect(screen.getAllByText('Not looked up: Sam Porter')).toHaveLength(1);

  const stopped = task('Looking up Theo Marsh', { content: 'Not finished.' });
  stream.send(done({ ...at, id: 'w', type: 'workflow', workflow: { ...workflow, tasks: [stopped] } }));
  expect(await screen.findByText('Not finished.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: '1 step' })).toBeNull();
  stream.end();
});

test('a search shows what it finds while it runs, is one line with the marks of its sites afterwards, and opens', async () => {
  const stream = openStream();
  const { user } = renderChat({ 'threads.create': () => stream.response });
  await user.type(composer(), 'hello{Enter}');
  const sources = ['tea.example', 'milk.example', 'tea.example'].map((site, number) => ({
    type: 'url' as const,
    title: `Page ${number}`,
    url: `https://${site}/${number}`,
  }));
  const search: Task = { type: 'web_search', title_query: 'tea', status_indicator: 'loading', sources };
  const workflow: Workflow = { type: 'custom', tasks: [search], expanded: true };
  const item = { ...at, id: 'w', type: 'workflow' as const };
  stream.send(created, done(question), { type: 'thread.item.added', item: { ...item, workflow } });
  expect(await screen.findByText('Searching “tea”')).toBeTruthy();
  expect(screen.getAllByRole('link', { name: /Page/ })).toHaveLength(3);

  const ended: Task = {
    ...search,
    title: 'Searched 3 pages',
    queries: ['tea'],
    status_indicator: 'complete',
  };
  const summary = { title: 'Searched 3 pages' };
  stream.send(done({ ...item, workflow: { ...workflow, tasks: [ended], summary, expanded: false } }));
  const line = await screen.findByRole('button', { name: 'Searched 3 pages' });
  expect(line.getAttribute('aria-expanded')).toBe('false');
  expect([...line.querySelectorAll('.site-mark')].map((mark) => mark.textContent)).toEqual(['T', 'M']);
  expect(screen.queryByRole('link', { name: /Page/ })).toBeNull();

  await user.click(line);
  expect(screen.getAllByRole('link', { name: /Page/ })).toHaveLength(3);
  expect(screen.getAllByText('Searched 3 pages'), 'said once').toHaveLength(1);
  stream.end();
});

test('what is written beside a single choice outweighs it, and what is left empty is skipped', async () => {
  const inputs = [
    {
      id: 'size',
      type: 'multiple_choice',
      question: 'How large?',
      options: [{ value: 'Small' }, { value: 'Huge' }],
    },
    { id: 'why', type: 'freeform', question: 'Why?' },
  ];
  const { user, asked } = renderChat(
    {
      'threads.get_by_id': () =>
        Response.json(
          page(question, { ...at, id: 'q', type: 'structured_input', status: 'pending', inputs }),
        ),
      'threads.add_structured_input': () => streamOf(done(answered('a', 'Thank you'))),
    },
    { initialThread: 't' },
  );
  await user.click(await screen.findByRole('radio', { name: 'Small' }));
  await user.type(screen.getByRole('textbox', { name: 'Something else: How large?' }), 'Medium{Enter}');
  expect(await screen.findByText('Thank you')).toBeTruthy();
  expect(asked.at(-1)?.params.input).toEqual({
    status: 'answered',
    answers: { size: { values: ['Medium'], skipped: false }, why: { values: [], skipped: true } },
  });
});

test('an entity that an answer leans on goes by its own name in the text, and the rest of many sources is folded', async () => {
  const source = (n: number) => ({ type: 'url', title: `Page ${n}`, url: `https://site-${n}.example/` });
  const entity = { type: 'entity', id: 'e', title: 'Ticket 7: slow writes', inline_label: 'Ticket 7' };
  const annotations = [entity, ...Array.from({ length: 9 }, (_, n) => source(n))].map((one) => ({
    type: 'annotation',
    source: one,
    index: 4,
  }));
  const { user } = stored({
    ...answered('a', ''),
    content: [{ type: 'output_text', text: 'Wait.', annotations }],
  });
  const list = await screen.findByRole('region', { name: 'Sources' });
  expect(within(list).getAllByRole('listitem')).toHaveLength(6);
  expect(screen.getByText('Ticket 7', { selector: '.cite-entity' })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Show all 10 sources' }));
  expect(within(list).getAllByRole('listitem')).toHaveLength(10);
});

test('an item that is not what it should be is a note, the page gets an error, and the rest is there', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { emitted } = stored(
    { ...at, id: 'w', type: 'workflow', workflow: { tasks: null } },
    { ...at, id: 's', type: 'of_next_year' },
    answered('a', 'All the same'),
  );
  expect(await screen.findByText('All the same')).toBeTruthy();
  expect(screen.getByText('This part cannot be shown.')).toBeTruthy();
  expect(emitted).toContainEqual(['error', expect.stringMatching(/^The item "workflow" could not be drawn/)]);
});

test('a picture that was made comes from the domains of its thread, and no picture from what is none', async () => {
  const image = (id: string, url: string) => ({ ...at, id, type: 'generated_image', image: { id, url } });
  const attachment = { id: 'atc', type: 'image', name: 'cat.png', mime_type: 'image/png' };
  storedIn(
    { allowed_image_domains: ['cdn.example'] },
    image('i1', 'https://cdn.example/a.png'),
    image('i2', 'https://elsewhere.example/a.png'),
    { ...question, id: 'u2', attachments: [{ ...attachment, preview_url: 'javascript:alert(1)' }] },
    { ...question, id: 'u3', attachments: [{ ...attachment, preview_url: 'https://bucket.example/cat' }] },
  );
  expect(await screen.findByText('The image is not available.')).toBeTruthy();
  const pictures = screen.getAllByRole('img').map((img) => (img as HTMLImageElement).src);
  expect(pictures).toEqual(['https://cdn.example/a.png', 'https://bucket.example/cat']);
  expect(screen.getByTitle('cat.png')).toBeTruthy();
});

test('an entity of which the page has no preview shows its name', async () => {
  const source = {
    type: 'entity',
    id: 'e',
    title: 'Ticket 7: slow writes',
    label: 'Support ticket 7',
    icon: 'suitcase',
    inline_label: 'Ticket 7',
    interactive: true,
  };
  const annotations = [{ type: 'annotation', source, index: 5 }];
  const content = [{ type: 'output_text', text: 'Wait.', annotations }];
  const { user } = stored({ ...answered('a', ''), content });
  await user.hover(await screen.findByRole('button', { name: /^Source 1/ }));
  const tip = await screen.findByRole('tooltip', { name: 'Preview of Ticket 7: slow writes' });
  expect(tip.textContent).toBe('Support ticket 7');
  expect(tip.querySelector('[data-icon="suitcase"]')).toBeTruthy();
});
