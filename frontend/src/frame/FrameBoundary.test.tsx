import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { FrameBoundary } from './FrameBoundary';
import { chatOn, scriptedServer } from './testing/scripted-server';

test('a frame that cannot be drawn says so to the user and the page, and is drawn anew', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const { chat } = chatOn(scriptedServer({}), {});
  const reported: string[] = [];
  let broken = true;
  const Fragile = () => {
    if (broken) throw new Error('a node is gone');
    return <p>The chat</p>;
  };
  render(
    <FrameBoundary chat={chat} fail={(message) => reported.push(message)}>
      <Fragile />
    </FrameBoundary>,
  );
  expect(screen.getByRole('alert').textContent).toContain('the chat cannot be displayed');
  expect(reported).toEqual(['The chat could not be drawn: a node is gone']);
  broken = false;
  await userEvent.click(screen.getByRole('button', { name: 'Reload the chat' }));
  expect(screen.getByText('The chat')).toBeTruthy();
});
