import { expect, test } from 'vitest';
import {
  endStream,
  type Failure,
  failureOf,
  finish,
  isPolling,
  isResponding,
  mayCancel,
  poll,
  ready,
  startStreaming,
  submit,
  whileStreaming,
  withFailure,
} from './response-status';

const lost: Failure = { message: 'Lost.', remedy: 'refresh' };

test('an answer is submitted, streams, may be followed by another stream, and is over', () => {
  const streaming = whileStreaming(startStreaming(submit()), () => ({
    openItems: new Set(['a']),
    allowCancel: false,
  }));
  expect(streaming).toMatchObject({ type: 'streaming', openItems: new Set(['a']) });
  const between = endStream(streaming);
  expect(between).toEqual({ type: 'submitted', isPolling: false, allowCancel: false, failure: null });
  expect([submit(), streaming, between].every(isResponding)).toBe(true);
  expect(mayCancel(startStreaming(between))).toBe(false);
  expect(finish(between)).toBe(ready);
});

test('a failure stands beside an answer that goes on, and is all there is afterwards', () => {
  const failing = withFailure(startStreaming(submit()), lost);
  expect(failing.type).toBe('streaming');
  expect(failureOf(failing)).toBe(lost);
  expect(finish(endStream(failing))).toEqual({ type: 'error', failure: lost });
  expect(withFailure({ type: 'error', failure: lost }, null)).toBe(ready);
});

test('polling is an answer without a stream, and keeps the reason why it has none', () => {
  const polling = poll({ type: 'error', failure: lost });
  expect([isPolling(polling), isResponding(polling), failureOf(polling)]).toEqual([true, false, lost]);
  expect(finish(polling)).toEqual({ type: 'error', failure: lost });
});

test('what belongs to a stream is left alone where none is open', () => {
  expect(whileStreaming(ready, () => ({ isDisconnected: true }))).toBe(ready);
});
