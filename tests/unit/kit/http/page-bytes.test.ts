import { describe, expect, test } from '@jest/globals';
import { fitting, MAX_PAGE_BYTES } from '#kit/http/page-bytes.ts';

const item = (bytes: number) => ({ text: 'é'.repeat(bytes / 2) });

describe('A page', () => {
  test('holds all items where these are small', () => {
    const items = Array.from({ length: 100 }, () => item(1_000));
    expect(fitting(items)).toEqual(items);
    expect(fitting([])).toEqual([]);
  });

  test('ends before its items, in bytes and not in characters, are too many for an answer', () => {
    const items = Array.from({ length: 100 }, () => item(91_000));
    const page = fitting(items);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(MAX_PAGE_BYTES);
    expect(Buffer.byteLength(JSON.stringify(items.slice(0, page.length + 1)))).toBeGreaterThan(
      MAX_PAGE_BYTES,
    );
  });

  test('holds one item at least, however large it is', () => {
    expect(fitting([item(2 * MAX_PAGE_BYTES), item(2)])).toHaveLength(1);
  });
});
