import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Runtime } from '#kit/config/runtime.ts';
import { readListing } from '#read-model/listing.ts';
import { type ListingKind, listingKeys } from '#read-model/listing-keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { watched } from '#tests/support/tables.ts';

const NOW = Date.UTC(2026, 10, 23);
const JANUARY = Date.UTC(2026, 0, 1);

// Tables of its own for each test.
let data: Data;
beforeEach(async () => {
  data = await startData();
});
afterEach(() => data.stop());

async function list(kind: ListingKind, at: number, version = 1, id: string = randomUUID()) {
  const time = new Date(at).toISOString();
  const keys = listingKeys(kind, time, id);
  await data.dynamo.send(
    new PutCommand({
      TableName: data.runtime().setting('READ_MODEL_TABLE'),
      Item: { pk: `LISTED#${kind}#${id}`, sk: 'VIEW', id, kind, time, version, ...keys },
    }),
  );
  return keys.listSk;
}

async function readAll(runtime: Runtime, kinds: ListingKind[], limit: number) {
  const pages: string[][] = [];
  let before: string | undefined;
  do {
    const page = await readListing(runtime, { kinds, limit, before });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    pages.push(page.items.map(({ listSk }) => String(listSk)));
    before = page.next;
  } while (before !== undefined);
  return pages;
}

const newestFirst = (places: readonly string[]) => [...places].sort().reverse();

describe('a listing', () => {
  test('over months, shards and kinds, in pages of any size: everything once, newest first', async () => {
    const kinds: ListingKind[] = ['FRAUD_REVIEWS', 'CUSTOMS_DECLARATIONS'];
    const time = fc.oneof(
      fc.integer({ min: JANUARY, max: NOW }),
      // Many in one moment, and on both sides of the end of a month.
      fc.integer({ min: Date.UTC(2026, 6, 1) - 3, max: Date.UTC(2026, 6, 1) + 3 }),
    );
    const added: { kind: ListingKind; place: string }[] = [];
    const items = fc.array(fc.record({ at: time, kind: fc.constantFrom(...kinds) }), {
      minLength: 6,
      maxLength: 25,
    });
    const asked = fc.record({
      limit: fc.integer({ min: 1, max: 40 }),
      kinds: fc.subarray(kinds, { minLength: 1 }),
    });
    const runtime = data.runtime({ now: () => NOW });
    await fc.assert(
      fc.asyncProperty(items, asked, async (more, { limit, kinds: wanted }) => {
        // The table only grows from run to run: the later ones list hundreds.
        await Promise.all(
          more.map(async ({ at, kind }) => added.push({ kind, place: await list(kind, at) })),
        );
        const expected = newestFirst(
          added.filter(({ kind }) => wanted.includes(kind)).map(({ place }) => place),
        );
        const pages = await readAll(runtime, wanted, limit);
        expect(pages.flat()).toEqual(expected);
        for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
      }),
      { numRuns: 12 },
    );
    expect(added.length).toBeGreaterThan(100);
  });

  test('an item that stands in two kinds for a moment is listed once, in its newer version', async () => {
    const other = await startData();
    const id = randomUUID();
    const at = Date.UTC(2026, 8, 9);
    const put = async (kind: ListingKind, version: number) => {
      const time = new Date(at).toISOString();
      await other.dynamo.send(
        new PutCommand({
          TableName: other.runtime().setting('READ_MODEL_TABLE'),
          Item: { pk: kind, sk: 'VIEW', kind, version, ...listingKeys(kind, time, id) },
        }),
      );
    };
    await put('FRAUD_REVIEWS', 1);
    await put('CUSTOMS_DECLARATIONS', 2);
    const runtime = other.runtime({ now: () => NOW });
    const { items, next } = await readListing(runtime, {
      kinds: ['FRAUD_REVIEWS', 'CUSTOMS_DECLARATIONS'],
      limit: 10,
    });
    expect(items.map(({ kind }) => kind)).toEqual(['CUSTOMS_DECLARATIONS']);
    expect(next).toBeUndefined();
    other.stop();
  });

  test('looks at twelve months for one page, then says where to go on', async () => {
    const place = await list('FRAUD_REVIEWS', Date.UTC(2026, 1, 3));
    const { dynamo, counts } = watched(data.dynamo);
    const runtime = data.runtime({ dynamo, now: () => Date.UTC(2027, 5, 15) });
    const first = await readListing(runtime, { kinds: ['FRAUD_REVIEWS'], limit: 5 });
    expect(first).toEqual({ items: [], next: '2026-07' });
    expect(counts).toEqual({ QueryCommand: 12 * 4 });
    const second = await readListing(runtime, { kinds: ['FRAUD_REVIEWS'], limit: 5, before: first.next });
    expect(second.items.map(({ listSk }) => listSk)).toEqual([place]);
    expect(second.next).toBeUndefined();
  });

  test('a full page of the newest month reads that month alone', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, n) => list('CUSTOMS_DECLARATIONS', NOW - n)));
    const { dynamo, counts } = watched(data.dynamo);
    const runtime = data.runtime({ dynamo, now: () => NOW });
    const page = await readListing(runtime, { kinds: ['CUSTOMS_DECLARATIONS'], limit: 3 });
    expect(page.items).toHaveLength(3);
    expect(counts.QueryCommand).toBeLessThanOrEqual(8);
  });

  test('an item from a clock that runs ahead into the next month is there already', async () => {
    const place = await list('FRAUD_REVIEWS', Date.UTC(2026, 4, 1));
    const runtime = data.runtime({ now: () => Date.UTC(2026, 4, 1) - 1 });
    expect((await readAll(runtime, ['FRAUD_REVIEWS'], 5)).flat()).toEqual([place]);
  });
});
