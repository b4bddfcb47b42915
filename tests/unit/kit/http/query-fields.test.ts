import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { cursor, encodeCursor } from '#kit/http/cursor.ts';
import { wholeNumber } from '#kit/http/whole-number.ts';

describe('numbers in a query', () => {
  test.each([
    ['1', 1],
    ['100', 100],
    ['0', undefined],
    ['101', undefined],
    ['1.5', undefined],
    ['1e2', undefined],
    ['-1', undefined],
    [' 5', undefined],
    ['', undefined],
    ['5,6', undefined],
  ])('the limit %j is parsed to %j', (given, expected) => {
    expect(wholeNumber(1, 100).safeParse(given).data).toBe(expected);
  });
});

describe('a cursor', () => {
  const place = cursor(z.strictObject({ at: z.string(), shard: z.int() }));

  test('comes back as the place it was made from', () => {
    const at = { at: '2026-01-01#Zoë', shard: 3 };
    expect(encodeCursor(at)).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(place.parse(encodeCursor(at))).toEqual(at);
  });

  test.each([
    '',
    'x',
    '%%%',
    'null',
    encodeCursor(null),
    encodeCursor({}),
    encodeCursor({ at: 1, shard: 3 }),
    encodeCursor({ at: 'a', shard: 3, more: 1 }),
    encodeCursor({ at: 'x'.repeat(3_000), shard: 1 }),
    '['.repeat(2_000),
  ])('that this list has not given is invalid (%#)', (text) => {
    expect(place.safeParse(text).success).toBe(false);
  });
});
