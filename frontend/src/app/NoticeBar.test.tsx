import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { NoticeBar } from './NoticeBar';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms));

test('a passing notice goes by itself, but not while the user is at it', () => {
  const onClose = vi.fn();
  render(<NoticeBar notice={{ text: 'Your slip is confirmed.', isPassing: true }} onClose={onClose} />);
  wait(9_000);
  expect(onClose).not.toHaveBeenCalled();
  const dismiss = screen.getByRole('button', { name: 'Dismiss' });
  act(() => dismiss.focus());
  wait(20_000);
  expect(onClose).not.toHaveBeenCalled();
  act(() => dismiss.blur());
  wait(10_000);
  expect(onClose).toHaveBeenCalledOnce();
});

test('any other notice stays until it is closed', () => {
  const onClose = vi.fn();
  render(<NoticeBar notice={{ text: 'The server cannot be reached.', isError: true }} onClose={onClose} />);
  wait(60_000);
  expect(onClose).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(onClose).toHaveBeenCalledOnce();
});
