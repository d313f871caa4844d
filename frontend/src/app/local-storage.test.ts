// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest';
import { readStored, writeStored } from './local-storage';

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

test('storage that is full or blocked costs nothing but the next visit', () => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  try {
    writeStored('active', 'agent:a');
    expect(readStored('active')).toBe('agent:a');
  } finally {
    Storage.prototype.setItem = setItem;
  }
  writeStored('active', null);
  expect(readStored('active')).toBeNull();
});
