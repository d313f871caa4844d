import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { App } from './App';

const agent = (id: string, name: string) => ({ id, name, url: `chatkit/${id}`, notice: null, prompts: [] });
const research = agent('research', 'Research');
let answer: () => Promise<Response>;

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener() {},
    removeEventListener() {},
  }));
  vi.stubGlobal('fetch', () => answer());
});

test('a server that cannot be reached is a sentence with a way on', async () => {
  answer = () => Promise.reject(new TypeError('Failed to fetch'));
  const { container } = render(<App />);
  expect((await screen.findByRole('alert')).textContent).toContain('The server cannot be reached.');
  answer = async () => Response.json({ default: 'research', agents: [research] });
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(container.querySelector('openai-chatkit')).toBeTruthy());
  expect(screen.queryByRole('alert')).toBeNull();
});

test('one agent needs no picker', async () => {
  answer = async () => Response.json({ default: 'research', agents: [research] });
  const { container } = render(<App />);
  await waitFor(() => expect(container.querySelector('openai-chatkit')).toBeTruthy());
  expect(screen.queryByRole('combobox')).toBeNull();
});

test('the chosen agent is remembered, and one that is gone gives way to the default', async () => {
  answer = async () => Response.json({ default: 'other', agents: [research, agent('other', 'Other')] });
  const first = render(<App />);
  const picker = (await screen.findByRole('combobox', { name: 'Agent' })) as HTMLSelectElement;
  expect(picker.value).toBe('other');
  await userEvent.selectOptions(picker, 'Research');
  first.unmount();
  const second = render(<App />);
  expect(((await screen.findByRole('combobox')) as HTMLSelectElement).value).toBe('research');
  second.unmount();
  localStorage.setItem('chatkit-link:agent', 'gone');
  render(<App />);
  expect(((await screen.findByRole('combobox')) as HTMLSelectElement).value).not.toBe('gone');
});

test('the theme goes from system to light to dark and is remembered', async () => {
  answer = async () => Response.json({ default: 'research', agents: [research] });
  const first = render(<App />);
  await userEvent.click(screen.getByRole('button', { name: 'Theme: same as the system' }));
  await userEvent.click(screen.getByRole('button', { name: 'Theme: light' }));
  expect(document.documentElement.dataset.theme).toBe('dark');
  first.unmount();
  render(<App />);
  expect(screen.getByRole('button', { name: 'Theme: dark' })).toBeTruthy();
});
