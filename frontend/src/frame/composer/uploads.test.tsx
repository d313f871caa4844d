import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { composer, created, done, page, renderChat } from '../testing/render-chat';
import { answered, streamOf, userSaid } from '../testing/scripted-server';

const attachmentOf = (name: string, id = `atc_${name}`) =>
  name.endsWith('.png')
    ? { id, name, type: 'image', mime_type: 'image/png', preview_url: `https://files.example/${id}` }
    : { id, name, type: 'file', mime_type: 'application/pdf' };
const pdf = new File(['%PDF-'], 'report.pdf', { type: 'application/pdf' });
const png = new File(['png'], 'cat.png', { type: 'image/png' });

type Uploading = { params: { file: File; onSent(part: number): void } };
const taken = (body: unknown) => Response.json(attachmentOf((body as Uploading).params.file.name));

function opened(answers: Parameters<typeof renderChat>[0] = {}, attachments: object = {}) {
  const around = renderChat(
    { 'POST /files': taken, 'attachments.delete': () => Response.json({}), ...answers },
    {
      api: { url: '/chatkit', domainKey: 'local', uploadStrategy: { type: 'direct', uploadUrl: '/files' } },
      composer: { attachments: { enabled: true, maxCount: 3, maxSize: 1024, ...attachments } },
    },
  );
  const choose = (...files: File[]) => around.user.upload(screen.getByTestId('files'), files);
  return { ...around, choose };
}
const sendButton = () => screen.getByRole('button', { name: 'Send message' }) as HTMLButtonElement;
const ready = () => waitFor(() => expect(sendButton().getAttribute('aria-disabled')).toBeNull());
const tray = () => screen.queryByRole('list', { name: 'Attachments' });

beforeEach(() => {
  URL.createObjectURL = vi.fn(() => 'blob:preview');
  URL.revokeObjectURL = vi.fn();
});
afterEach(() => vi.unstubAllGlobals());

describe('a message with files', () => {
  test('shows them while it is written and after it was sent', async () => {
    const sent = {
      ...userSaid('u', 'look'),
      attachments: [attachmentOf('cat.png'), attachmentOf('report.pdf')],
    };
    const { user, choose, asked } = opened({
      'threads.create': () => streamOf(created, done(sent), done(answered('a', 'A cat and a report'))),
    });
    await choose(png, pdf);
    expect(tray()?.textContent).toContain('cat.png');
    expect(tray()?.querySelector('img')?.getAttribute('src')).toBe('blob:preview');
    await user.type(composer(), 'look');
    await ready();
    await user.click(sendButton());
    expect(await screen.findByText('A cat and a report')).toBeTruthy();
    expect(asked.at(-1)?.params).toMatchObject({ input: { attachments: ['atc_cat.png', 'atc_report.pdf'] } });
    const picture = screen.getByRole('img', { name: 'cat.png' }) as HTMLImageElement;
    expect(picture.src).toBe('https://files.example/atc_cat.png');
    expect(screen.getByTitle('report.pdf')).toBeTruthy();
    expect(URL.revokeObjectURL).toHaveBeenCalledWith('blob:preview');
    fireEvent.error(picture);
    expect(screen.queryByRole('img', { name: 'cat.png' })).toBeNull();
    expect(screen.getByTitle('cat.png')).toBeTruthy();
  });

  test('needs no words', async () => {
    const { choose, user, asked } = opened({
      'threads.create': () => streamOf(created, done({ ...userSaid('u', ''), content: [] })),
    });
    expect(sendButton().getAttribute('aria-disabled')).toBe('true');
    await choose(pdf);
    await ready();
    await user.click(sendButton());
    await waitFor(() =>
      expect(asked.at(-1)?.params).toMatchObject({ input: { content: [], attachments: ['atc_report.pdf'] } }),
    );
  });

  test('has them back when it was refused', async () => {
    const { choose, user } = opened({
      'threads.create': () =>
        Response.json({ detail: 'Slow down.' }, { status: 429, headers: { 'Retry-After': '20' } }),
    });
    await choose(pdf);
    await user.type(composer(), 'look');
    await ready();
    await user.click(sendButton());
    expect((await screen.findByRole('alert')).textContent).toContain('Slow down. Try again in 20 seconds.');
    expect(tray()?.textContent).toContain('report.pdf');
    expect(composer().value).toBe('look');
  });
});

describe('an upload', () => {
  test('shows how far it is, and the message waits for it', async () => {
    let finish = () => {};
    let reportProgress = (_: number) => {};
    const { choose, user } = opened({
      'POST /files': (body) => {
        reportProgress = (body as unknown as Uploading).params.onSent;
        return new Promise<Response>((resolve) => {
          finish = () => resolve(taken(body));
        });
      },
    });
    await user.type(composer(), 'look');
    await choose(pdf);
    const bar = screen.getByRole('progressbar', { name: 'Uploading report.pdf' }) as HTMLProgressElement;
    expect(bar.hasAttribute('value')).toBe(false);
    act(() => reportProgress(0.4));
    expect(bar.value).toBe(0.4);
    expect(sendButton().getAttribute('aria-disabled')).toBe('true');
    expect(sendButton().title).toBe('Wait until the files are uploaded');
    await user.type(composer(), '{Enter}');
    expect(composer().value).toBe('look');
    act(() => finish());
    await ready();
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  test('that fails shows why and can be tried again', async () => {
    let full = true;
    const { choose, user } = opened({
      'POST /files': (body) =>
        full ? Response.json({ detail: 'Your files take up all your space.' }, { status: 429 }) : taken(body),
    });
    await choose(pdf);
    expect((await screen.findByRole('alert')).textContent).toBe('Your files take up all your space.');
    expect(sendButton().getAttribute('aria-disabled')).toBe('true');
    full = false;
    await user.click(screen.getByRole('button', { name: 'Try again: report.pdf' }));
    await ready();
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test.each([
    [['image/png', 'image/webp'], 'PNG or WebP files'],
    [['image/*', 'text/plain', 'application/pdf'], 'images, text files, or PDF files'],
    [
      ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text/csv'],
      'Word or CSV files',
    ],
  ])('that the server takes no file of its type for names what it takes: %j', async (types, named) => {
    const problem = { detail: 'Taken are: a/b.', code: 'type_not_taken', types };
    const { choose } = opened({ 'POST /files': () => Response.json(problem, { status: 415 }) });
    await choose(pdf);
    expect((await screen.findByRole('alert')).textContent).toBe(
      `“report.pdf” cannot be attached. These types can: ${named}.`,
    );
  });

  test.each([413, 415, 422])('that is refused for what it is is not offered again: %d', async (status) => {
    const { choose } = opened({ 'POST /files': () => Response.json({ detail: 'No.' }, { status }) });
    await choose(pdf);
    expect((await screen.findByRole('alert')).textContent).toBe('No.');
    expect(screen.queryByRole('button', { name: 'Try again: report.pdf' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Remove report.pdf' })).toBeTruthy();
  });

  test('can be taken back on its way, and after it has arrived', async () => {
    const { choose, user, asked } = opened({
      'POST /files': (body, signal) => {
        if ((body as unknown as Uploading).params.file === png) return taken(body);
        return new Promise<Response>((_, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      },
    });
    await choose(pdf);
    await user.click(screen.getByRole('button', { name: 'Remove report.pdf' }));
    expect(tray()).toBeNull();
    expect(screen.queryByRole('alert')).toBeNull();
    await choose(png);
    await ready();
    await user.click(screen.getByRole('button', { name: 'Remove cat.png' }));
    expect(asked.at(-1)).toMatchObject({
      type: 'attachments.delete',
      params: { attachment_id: 'atc_cat.png' },
    });
    expect(tray()).toBeNull();
  });

  test('in two phases sends the bytes to the address that the server gives, and nothing of the page with them', async () => {
    const descriptor = { url: 'https://bucket.example/x', method: 'PUT', headers: { 'X-Signed': 's' } };
    const sends: unknown[][] = [];
    vi.stubGlobal(
      'XMLHttpRequest',
      class {
        upload = {};
        status = 200;
        statusText = 'OK';
        responseText = '';
        withCredentials = false;
        onload = () => {};
        open = (...args: unknown[]) => sends.push(args);
        setRequestHeader = (...args: unknown[]) => sends.push(args);
        getAllResponseHeaders = () => '';
        send(body: File) {
          sends.push([body, this.withCredentials]);
          this.onload();
        }
      },
    );
    const { user, asked } = renderChat(
      {
        'attachments.create': () =>
          Response.json({ ...attachmentOf('report.pdf'), upload_descriptor: descriptor }),
      },
      {
        api: { url: '/chatkit', domainKey: 'local', uploadStrategy: { type: 'two_phase' } },
        composer: { attachments: { enabled: true } },
      },
    );
    await user.upload(screen.getByTestId('files'), pdf);
    await ready();
    expect(asked[0]?.params).toEqual({ name: 'report.pdf', size: 5, mime_type: 'application/pdf' });
    expect(sends).toEqual([
      ['PUT', 'https://bucket.example/x'],
      ['x-signed', 's'],
      [pdf, false],
    ]);
  });
});

describe('files', () => {
  test('that are dropped or pasted are attached like chosen ones', async () => {
    opened();
    const brought = { types: ['Files'], files: [pdf] };
    fireEvent.dragEnter(window, { dataTransfer: brought });
    expect(screen.getByText('Drop files to attach them')).toBeTruthy();
    fireEvent.drop(window, { dataTransfer: brought });
    expect(screen.queryByText('Drop files to attach them')).toBeNull();
    fireEvent.paste(composer(), { clipboardData: { types: ['Files'], files: [png] } });
    await ready();
    expect(tray()?.querySelectorAll('li')).toHaveLength(2);
  });

  test('that are pasted along with text are only its picture', () => {
    opened();
    fireEvent.paste(composer(), { clipboardData: { types: ['text/plain', 'Files'], files: [png] } });
    expect(tray()).toBeNull();
  });

  test('beyond the limits are left out with a sentence each, and the rest is taken', async () => {
    const { chat, user } = opened({}, { accept: { 'application/pdf': ['.pdf'] } });
    const large = new File(['x'.repeat(2000)], 'large.pdf', { type: 'application/pdf' });
    act(() => chat.uploads.add([png, large, pdf, pdf, pdf, pdf]));
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toContain('“cat.png” cannot be attached. These types can: PDF files.');
    expect(alert.textContent).toContain('“large.pdf” is too large: it has 2 kB, and 1 kB is the most.');
    expect(alert.textContent).toContain('Up to 3 files can be sent with one message; one was left out.');
    expect(tray()?.querySelectorAll('li')).toHaveLength(3);
    await user.click(screen.getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('alert')).toBeNull();
  });

  test('are not offered where the page takes none', () => {
    renderChat({});
    expect(screen.queryByRole('button', { name: 'Attach files' })).toBeNull();
    fireEvent.drop(window, { dataTransfer: { types: ['Files'], files: [pdf] } });
    expect(tray()).toBeNull();
  });

  test('of the host page can be put into the composer, uploaded or not', async () => {
    const { chat, asked } = opened();
    await act(() =>
      chat.methods.setComposerValue({ attachments: [attachmentOf('cat.png') as never], files: [pdf] }),
    );
    await ready();
    expect(tray()?.textContent).toContain('cat.png');
    expect(tray()?.textContent).toContain('report.pdf');
    expect(asked.map(({ type }) => type)).toEqual(['POST /files']);
  });
});

test('a closed thread shows why and accepts neither text nor files', async () => {
  renderChat(
    {
      'threads.get_by_id': () =>
        Response.json({ ...page(), status: { type: 'closed', reason: 'This case is closed.' } }),
    },
    { initialThread: 't', composer: { attachments: { enabled: true } } },
  );
  expect(await screen.findByText('This case is closed.')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Attach files' })).toBeNull();
  expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
});
