import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import {
  type ByTypeQuery,
  type EventKey,
  getVersions,
  readByType,
  readKeysByType,
} from '#kit/event-store/by-type.ts';
import { BY_TYPE_SHARDS, shardOf } from '#kit/event-store/event-item.ts';
import { type WalkCursor, type WalkPage, walkByType } from '#kit/event-store/walk-by-type.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { lowestIdAt, timeOf } from '#kit/events/ids.ts';
import { MAX_PAGE_BYTES } from '#kit/http/page-bytes.ts';
import { counterRegistry } from '#tests/support/counter/application.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream, placesOf } from '#tests/support/counter/streams.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

// Three days, the last two seconds of the first among them: a stream begins every hour and has two events.
const FROM = Date.parse('2026-03-01T23:59:58.000Z');
const HOURS = 49;
const streams = Array.from({ length: HOURS }, (_, hour) =>
  counterStream(`c${hour}`, new Date(FROM + hour * 3_600_000).toISOString(), 2),
);
const started = streams.flatMap(([first]) => first ?? []);
const increased = streams.flatMap(([, second]) => second ?? []);
const TO = FROM + HOURS * 3_600_000;

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
  await data.store(streams.flat());
});
afterAll(() => data.stop());

const all = { eventType: 'CounterStarted', from: FROM, to: TO, limit: 100 };

async function pagesOf(query: ByTypeQuery): Promise<StoredEvent[][]> {
  const pages: StoredEvent[][] = [];
  let after: string | undefined;
  do {
    const page = await readByType(data.runtime(), { ...query, after });
    pages.push(page.events);
    after = page.next;
  } while (after);
  return pages;
}

const daysIn = ({ from, to }: { from: number; to: number }) =>
  Math.floor((to - 1) / DAY_MS) - Math.floor(from / DAY_MS) + 1;

describe('The events of a type', () => {
  test('lie in all shards, and come in the order of time from all days', async () => {
    expect(new Set(streams.map(([first]) => shardOf(first?.streamId ?? ''))).size).toBe(BY_TYPE_SHARDS);
    const { dynamo, counts } = watched(data.dynamo);
    expect(await readByType(data.runtime({ dynamo }), all)).toEqual({ events: started });
    expect(counts).toEqual({ QueryCommand: BY_TYPE_SHARDS * daysIn(all), BatchGetCommand: 1 });
  });

  test.each([1, 7, 24, HOURS])(
    'come in pages of %d, each once, the last one without a next',
    async (limit) => {
      const pages = await pagesOf({ ...all, limit });
      expect(pages.flat()).toEqual(started);
      expect(pages.map(({ length }) => length)).toEqual([
        ...Array.from({ length: Math.ceil(HOURS / limit) - 1 }, () => limit),
        HOURS % limit || limit,
      ]);
    },
  );

  test('are those from a time inclusive to a time exclusive, over the end of a day', async () => {
    const at = (index: number) => timeOf(started[index]?.eventId ?? '');
    const read = async (from: number, to: number) =>
      placesOf((await readByType(data.runtime(), { ...all, from, to })).events);
    expect(await read(at(0), at(2))).toEqual(['counter-c0@1', 'counter-c1@1']);
    expect(await read(at(0) + 1, at(2) + 1)).toEqual(['counter-c1@1', 'counter-c2@1']);
    expect(await read(at(0) - 10, at(0))).toEqual([]);
  });

  test('belong to the range that begins with them, and not to the one that ends there', async () => {
    const at = Date.parse('2026-01-15T12:00:00.000Z');
    const [first] = counterStream('edge', '2026-01-15T12:00:00.000Z', 1) as [StoredEvent];
    await data.store([{ ...first, eventId: lowestIdAt(at) }]);
    const read = async (from: number, to: number) =>
      placesOf((await readByType(data.runtime(), { ...all, from, to })).events);
    expect(await read(at - 1_000, at)).toEqual([]);
    expect(await read(at, at + 1_000)).toEqual(['counter-edge@1']);
  });

  test('come from so many days at the most, and go on from there, also where those have none', async () => {
    const from = FROM - 5 * DAY_MS;
    const first = await readKeysByType(data.runtime(), { ...all, from, maxDays: 2 });
    expect(first.keys).toEqual([]);
    const keys: EventKey[] = [];
    let after = first.next;
    for (let pages = 1; after; pages++) {
      expect(pages).toBeLessThan(10);
      const page = await readKeysByType(data.runtime(), { ...all, from, maxDays: 2, after });
      keys.push(...page.keys);
      after = page.next;
    }
    expect(placesOf(keys)).toEqual(placesOf(started));
  });

  test('come in pages that an answer can hold', async () => {
    const large = Array.from({ length: 12 }, (_, index) => {
      const [first] = counterStream(`large-${index}`, '2026-02-01T10:00:00.000Z', 1) as [StoredEvent];
      return { ...first, data: { ...(first.data as object), name: 'x'.repeat(390_000) } };
    });
    await data.store(large);
    const from = Date.parse('2026-02-01');
    const pages = await pagesOf({ ...all, from, to: from + DAY_MS });
    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) {
      expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThanOrEqual(MAX_PAGE_BYTES + 1);
    }
    expect(placesOf(pages.flat()).sort()).toEqual(placesOf(large).sort());
  });

  test('are none after the end of the range', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const beyond = { ...all, to: FROM + DAY_MS, after: lowestIdAt(FROM + 2 * DAY_MS) };
    expect(await readKeysByType(data.runtime({ dynamo }), beyond)).toEqual({ keys: [] });
    expect(counts).toEqual({});
  });

  test('are none of another type, and none where there is none', async () => {
    const read = async (eventType: string) =>
      (await readByType(data.runtime(), { ...all, eventType })).events;
    expect(await read('CounterIncreased')).toEqual(increased);
    expect(await read('CounterClosed')).toEqual([]);
  });

  test('are told by their keys without being read', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const { keys } = await readKeysByType(data.runtime({ dynamo }), all);
    expect(keys.map(({ streamId, version, eventId }) => ({ streamId, version, eventId }))).toEqual(
      started.map(({ streamId, version, eventId }) => ({ streamId, version, eventId })),
    );
    expect(counts).not.toHaveProperty('BatchGetCommand');
  });
});

test('What stands at given versions is read a hundred at a time; what does not exist is left out', async () => {
  const versions = streams.flatMap(([first]) =>
    [1, 2, 3].map((version) => ({ streamId: first?.streamId ?? '', version })),
  );
  const { dynamo, counts } = watched(data.dynamo);
  const found = await getVersions(data.runtime({ dynamo }), versions);
  expect(placesOf(found).sort()).toEqual(placesOf(streams.flat()).sort());
  expect(counts).toEqual({ BatchGetCommand: Math.ceil(versions.length / 100) });
});

describe('A walk through a time', () => {
  const window = { from: FROM, to: TO };
  const types = counterRegistry.eventTypes;
  async function walk(size: number, place?: WalkCursor, parts: RuntimeParts = {}): Promise<WalkPage[]> {
    const pages: WalkPage[] = [];
    for await (const page of walkByType(data.runtime(parts), types, window, place, size)) pages.push(page);
    return pages;
  }

  test('takes one type after the other, at least one page of each, and its progress only grows', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    const pages = await walk(100, undefined, { dynamo });
    expect(pages.map(({ eventType }) => eventType)).toEqual(types);
    expect(pages.flatMap(({ keys }) => placesOf(keys))).toEqual(placesOf([...started, ...increased]));
    expect(pages.at(-1)).toMatchObject({ progress: 1 });
    expect(pages.at(-1)).not.toHaveProperty('next');
    expect(counts).toEqual({ QueryCommand: types.length * BY_TYPE_SHARDS * daysIn(window) });
    const progress = (await walk(10)).map((page) => page.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  });

  test('goes on at any of its pages as if it had not been interrupted', async () => {
    const pages = await walk(20);
    expect(pages.length).toBeGreaterThan(types.length);
    for (const [index, { next }] of pages.entries()) {
      if (next) expect(await walk(20, next)).toEqual(pages.slice(index + 1));
    }
  });

  test('begins anew with the place of a type that is not among these', async () => {
    expect(await walk(100, { eventType: 'CounterEaten', after: 'x' })).toEqual(await walk(100));
  });
});
