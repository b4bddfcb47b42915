import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { thrownBy } from '#tests/support/thrown-by.ts';

const query = z.strictObject(pageFields(timeCursor));

describe('a page of a list', () => {
  test('has 20 entries if nothing is said', () => {
    expect(query.parse({})).toEqual({ limit: 20 });
  });

  test('is gone on from with the cursor that the one before gave', () => {
    const place = '2026-01-31T10:00:00.000Z#o1';
    const { cursor } = query.parse({ ...nextCursor('counters', place) });
    expect(cursorIn('counters', cursor)).toBe(place);
  });

  test('the last one gives no cursor, the first one needs none', () => {
    expect(nextCursor('counters', undefined)).toEqual({});
    expect(cursorIn('counters', undefined)).toBeUndefined();
  });

  test('the cursor of another list is invalid input', () => {
    const { cursor } = query.parse({ ...nextCursor('counters', '2026-01') });
    expect(thrownBy(() => cursorIn('keepers', cursor))).toMatchObject({
      status: 422,
      parts: { errors: [{ path: 'cursor' }] },
    });
  });

  test.each([['x'], ['2026-1'], ['2026-01x'], [''], [7], [null], [`2026-01-${'0'.repeat(301)}`]])(
    'no list stands at %j',
    (at) => {
      expect(query.safeParse({ ...nextCursor('counters', at) }).success).toBe(false);
    },
  );
});
