import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { readByType, readKeysByType } from '#kit/event-store/by-type.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { load } from '#kit/event-store/load.ts';
import { type WalkCursor, walkByType } from '#kit/event-store/walk-by-type.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream, keeperStream, placesOf } from '#tests/support/counter/streams.ts';

type Item = ReturnType<typeof toItem>;
interface Input {
  IndexName?: string;
  ExpressionAttributeValues: Record<string, string>;
  ExclusiveStartKey?: { eventId: string };
  RequestItems: Record<string, { Keys: { streamId: string; version: number }[] }>;
}

/** An events table whose every page ends after one item, and whose batch reads leave all keys but one over. */
function stingyTable(events: readonly StoredEvent[]): Runtime {
  const items = events.map((event) => toItem(event));
  const pageOf = (matching: Item[], after: string | undefined) => {
    const rest = after
      ? matching.slice(matching.findIndex(({ eventId }) => eventId === after) + 1)
      : matching;
    const [first, ...more] = rest;
    return { Items: first ? [first] : [], ...(first && more.length > 0 && { LastEvaluatedKey: first }) };
  };
  const send = async ({ input }: { input: Input }) => {
    if (input.RequestItems) {
      const [[table, { Keys }]] = Object.entries(input.RequestItems) as [[string, { Keys: Item[] }]];
      const [key, ...left] = Keys;
      const found = items.filter(
        ({ streamId, version }) => streamId === key?.streamId && version === key.version,
      );
      return {
        Responses: { [table]: found },
        UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left } } : {},
      };
    }
    const {
      ':partition': partition,
      ':low': low = '',
      ':high': high = '',
      ':streamId': stream,
    } = input.ExpressionAttributeValues;
    const matching = input.IndexName
      ? items.filter((item) => item.typeDayShard === partition && low <= item.eventId && item.eventId <= high)
      : items.filter(({ streamId }) => streamId === stream);
    return pageOf(
      matching.toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1)),
      input.ExclusiveStartKey?.eventId,
    );
  };
  return createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    sleep: async () => undefined,
    settings: { EVENTS_TABLE: 'events' },
  });
}

const AT = '2026-05-01T12:00:00.000Z';
const from = Date.parse(AT);
const range = { from, to: from + 60_000, limit: 100 };
const life = counterStream('c1', AT);
const increases = life.filter(({ eventType }) => eventType === 'CounterIncreased');

describe('Where every page ends after one item', () => {
  test('a stream is loaded whole', async () => {
    expect(placesOf(await load(stingyTable(life), 'counter-c1'))).toEqual(placesOf(life));
  });

  test('the keys of a type are read whole', async () => {
    const { keys } = await readKeysByType(stingyTable(life), { eventType: 'CounterIncreased', ...range });
    expect(placesOf(keys)).toEqual(placesOf(increases));
  });

  test('the events of a type are read whole, though batch reads leave keys over', async () => {
    const { events } = await readByType(stingyTable(life), { eventType: 'CounterIncreased', ...range });
    expect(placesOf(events)).toEqual(placesOf(increases));
  });
});

describe('A walk over several types', () => {
  // The second type's event is older than where the first type's walk stops.
  const older = keeperStream('ada', '2026-05-01T11:00:00.000Z');
  const runtime = stingyTable([...older, ...life]);
  const window = { from: Date.parse('2026-05-01T10:00:00.000Z'), to: from + 60_000 };
  const types = ['CounterIncreased', 'KeeperRegistered'];

  async function walked(cursor: WalkCursor | undefined, pages = Number.POSITIVE_INFINITY) {
    const places: string[] = [];
    let next: WalkCursor | undefined;
    for await (const page of walkByType(runtime, types, window, cursor, 1)) {
      places.push(...placesOf(page.keys));
      next = page.next;
      if (--pages === 0) break;
    }
    return { places, next };
  }

  test('begins each type at the begin of the time, wherever the one before it ended', async () => {
    const all = ['counter-c1@2', 'counter-c1@3', 'keeper-ada@1'];
    expect((await walked(undefined)).places).toEqual(all);
    const first = await walked(undefined, 1);
    expect([...first.places, ...(await walked(first.next)).places]).toEqual(all);
    const second = await walked(undefined, 2);
    expect(second.next).toEqual({ eventType: 'KeeperRegistered' });
    expect([...second.places, ...(await walked(second.next)).places]).toEqual(all);
  });
});
