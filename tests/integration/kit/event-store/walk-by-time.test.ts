import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DAY_MS } from '#kit/config/time.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { type TimePage, walkByTime } from '#kit/event-store/walk-by-time.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream, keeperStream, placesOf } from '#tests/support/counter/streams.ts';
import type { Tables } from '#tests/support/tables.ts';

const FROM = Date.parse('2026-03-01T23:59:56.000Z');
const TO = FROM + DAY_MS;
const at = (seconds: number) => new Date(FROM + seconds * 1_000).toISOString();
const TYPES = ['CounterClosed', 'CounterIncreased', 'CounterStarted', 'KeeperRegistered'];

// Over the end of a day, between one another, and one half a day later.
const streams = [0, 2, 3, 43_200].map((seconds, index) => counterStream(`c${index}`, at(seconds)));
const [registered, assigned] = keeperStream('ada', at(1.2));
const inOrder = [...streams.flat(), registered as StoredEvent].sort((a, b) =>
  a.eventId < b.eventId ? -1 : 1,
);

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
  await data.store([...inOrder, assigned as StoredEvent]);
});
afterAll(() => data.stop());

const window = { from: FROM, to: TO };

async function walk(given: Partial<{ from: number; to: number; after: string; size: number }> = {}) {
  const { after, size = 100, ...range } = given;
  const pages: TimePage[] = [];
  for await (const page of walkByTime(data.runtime(), TYPES, { ...window, ...range }, after, size))
    pages.push(page);
  return pages;
}

const keysOf = (pages: readonly TimePage[]): EventKey[] => pages.flatMap(({ keys }) => keys);

test.each([1, 2, 5, 17, 100])(
  'In pages of %d the events of all types come once, in the order of time',
  async (size) => {
    const pages = await walk({ size });
    expect(placesOf(keysOf(pages))).toEqual(placesOf(inOrder));
    for (const { keys } of pages) expect(keys.length).toBeLessThanOrEqual(size);
    expect(pages.at(-1)).toMatchObject({ progress: 1 });
    expect(pages.at(-1)).not.toHaveProperty('next');
  },
);

test('A walk that goes on after any page brings exactly the rest', async () => {
  const pages = await walk({ size: 4 });
  expect(pages.length).toBeGreaterThan(3);
  for (const [index, { next }] of pages.entries()) {
    if (next === undefined) continue;
    const rest = await walk({ after: next, size: 3 });
    expect(placesOf(keysOf(rest))).toEqual(placesOf(keysOf(pages.slice(index + 1))));
  }
});

test('The beginning of the time is inclusive, its end exclusive', async () => {
  expect(placesOf(keysOf(await walk({ from: FROM + 1_000, to: FROM + 2_000 })))).toEqual([
    'counter-c0@2',
    'keeper-ada@1',
  ]);
  expect(await walk({ from: TO - 1_000 })).toEqual([{ keys: [], progress: 1 }]);
});

test('Months without an event are walked in pages that end soon, and the progress goes by time', async () => {
  const pages: TimePage[] = [];
  const long = { from: FROM - 150 * DAY_MS, to: TO };
  for await (const page of walkByTime(data.runtime(), ['CounterStarted'], long, undefined, 100))
    pages.push(page);
  expect(placesOf(keysOf(pages))).toEqual(placesOf(streams.flatMap(([first]) => first ?? [])));
  expect(pages.length).toBe(4);
  const [first, second] = pages.map(({ progress }) => progress);
  expect(first).toBeCloseTo(1 / 3, 1);
  expect(second).toBeCloseTo(2 / 3, 1);
});

test('A version whose writer had a clock that was behind comes after the one before', async () => {
  const from = Date.parse('2026-01-10T10:00:00.000Z');
  const [first, second, third] = counterStream('skew', new Date(from).toISOString()) as StoredEvent[];
  const [other] = counterStream('other', new Date(from + 500).toISOString(), 1);
  const skewed = [
    { ...first, eventId: second?.eventId },
    { ...second, eventId: first?.eventId },
    third,
    other,
  ] as StoredEvent[];
  await data.store(skewed);
  expect(placesOf(keysOf(await walk({ from, to: from + 60_000 })))).toEqual([
    'counter-skew@1',
    'counter-other@1',
    'counter-skew@2',
    'counter-skew@3',
  ]);
});
