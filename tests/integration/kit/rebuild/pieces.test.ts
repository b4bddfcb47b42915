import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import { type ItemKey, keyInFirstGeneration, keyInGeneration } from '#kit/projections/keys.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { compare, RECHECK_SECONDS } from '#kit/projections/rebuild/compare.ts';
import { fill, fillFrom, runsOfStreams } from '#kit/projections/rebuild/fill.ts';
import {
  eventsPage,
  generationPage,
  PAGE_SIZE,
  type Page,
  type StartKey,
  streamsPage,
} from '#kit/projections/rebuild/scan.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterKey, counterProjection, counters, keeperKey } from '#tests/support/counter/views.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

const AT = '2026-11-20T10:00:00.000Z';

const opened: Tables[] = [];
let data: Tables;
beforeEach(async () => {
  data = await startCounters();
  opened.push(data);
});
afterAll(() => {
  for (const one of opened) one.stop();
});

type ViewItem = ItemKey & { version: number };

const names = (streams: readonly (readonly StoredEvent[])[]) =>
  streams.map(([first]) => first?.streamId ?? '').sort();

const fillAll = (generation: number, streams: readonly (readonly StoredEvent[])[]) =>
  fill(data.runtime(), counterProjection, generation, names(streams));

/** Everything that the scans of all segments bring, page by page. */
async function scanAll<Item>(
  segments: number,
  pageOf: (options: {
    segment: number;
    segments: number;
    startKey: StartKey | undefined;
  }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  for (let segment = 0; segment < segments; segment++) {
    let startKey: StartKey | undefined;
    do {
      const page = await pageOf({ segment, segments, startKey });
      expect(page.scanned).toBeGreaterThanOrEqual(page.items.length);
      items.push(...page.items);
      startKey = page.next;
    } while (startKey);
  }
  return items;
}

describe('A scan of the events', () => {
  test.each([1, 3])(
    'in %d segments has each stream whole, its events one after the other',
    async (segments) => {
      const streams = Array.from({ length: 30 }, (_, index) =>
        counterStream(`c${index}`, AT, 1 + (index % 4)),
      );
      await data.store(streams.flat());
      const events = await scanAll(segments, (options) =>
        eventsPage(data.runtime(), counterProjection, options),
      );
      expect(events).toHaveLength(streams.flat().length);
      const runs = runsOfStreams(events);
      expect(runs.map(([first]) => first?.streamId).sort()).toEqual(names(streams));
      for (const run of runs)
        expect(run.map(({ version }) => version)).toEqual(run.map((_, index) => index + 1));
    },
  );

  test.each<[string, [from: number, to: number][]]>([
    ['in one piece', [[0, 4]]],
    [
      'cut in two by the end of a page',
      [
        [0, 2],
        [2, 4],
      ],
    ],
    [
      'with its end first',
      [
        [2, 4],
        [0, 2],
      ],
    ],
  ])('fills a stream that comes %s', async (_, pieces) => {
    await data.store(counterStream('c1', AT, 4));
    const items = await scanAll(1, (options) => eventsPage(data.runtime(), counterProjection, options));
    for (const [from, to] of pieces)
      await fillFrom(data.runtime(), counterProjection, 2, [items.slice(from, to)]);
    const { Items = [] } = await data.dynamo.send(
      new ScanCommand({ TableName: data.runtime().setting('READ_MODEL_TABLE'), ConsistentRead: true }),
    );
    expect(Items).toMatchObject([{ ...keyInGeneration(2, counterKey('c1')), version: 4, total: 5 }]);
  });

  test('names the stream that cannot be filled', async () => {
    const [event] = counterStream('c1', AT, 1);
    const unknown = { ...event, eventType: 'CounterPainted' } as never;
    await expect(fillFrom(data.runtime(), counterProjection, 2, [[unknown]])).rejects.toThrow(
      'counter-c1: UnknownEventType',
    );
  });
});

describe('A scan', () => {
  test.each([1, 4])(
    'in %d segments brings every stream of the projection once, whatever its length',
    async (segments) => {
      const streams = Array.from({ length: 40 }, (_, index) =>
        counterStream(`c${index}`, AT, 1 + (index % 4)),
      );
      const keepers = Array.from({ length: 10 }, (_, index) => keeperStream(`k${index}`, AT));
      await data.store([...streams, ...keepers].flat());
      const found = async (projection: Projection) =>
        (await scanAll(segments, (options) => streamsPage(data.runtime(), projection, options)))
          .map(({ streamId }) => streamId)
          .sort();
      expect(await found(counterProjection)).toEqual(names([...streams, ...keepers]));
      expect(await found({ name: 'counters-only', views: { counter: counters } })).toEqual(names(streams));
    },
  );

  test('goes on at the startKey where its page ended', async () => {
    const streams = Array.from({ length: PAGE_SIZE + 20 }, (_, index) => counterStream(`c${index}`, AT, 1));
    await data.store(streams.flat());
    const first = { segment: 0, segments: 1, startKey: undefined };
    const page = await streamsPage(data.runtime(), counterProjection, first);
    expect(page).toMatchObject({ scanned: PAGE_SIZE, next: expect.any(Object) });
    const all = await scanAll(1, (options) => streamsPage(data.runtime(), counterProjection, options));
    expect(all.map(({ streamId }) => streamId).sort()).toEqual(names(streams));
    // Every entry is a startKey, in the middle of a page too.
    const middle = page.items[PAGE_SIZE / 2];
    const rest = await streamsPage(data.runtime(), counterProjection, { ...first, startKey: middle });
    expect(rest.items).toEqual(all.slice(PAGE_SIZE / 2 + 1));
  });

  test('of a generation brings the keys of its items, and of no other', async () => {
    const streams = [counterStream('c1', AT), counterStream('c2', AT), keeperStream('ada', AT)];
    await data.store(streams.flat());
    await fillAll(1, streams.slice(0, 2));
    await fillAll(2, streams);
    await fillAll(12, streams.slice(0, 1));
    const keysIn = async (generation: number) =>
      (await scanAll(2, (options) => generationPage(data.runtime(), counterProjection, generation, options)))
        .map(({ pk }) => pk)
        .sort();
    expect(await keysIn(1)).toEqual(['COUNTER#c1', 'COUNTER#c2']);
    expect(await keysIn(2)).toEqual(['G2#COUNTER#c1', 'G2#COUNTER#c2', 'G2#KEEPER#ada']);
    expect(await keysIn(12)).toEqual(['G12#COUNTER#c1']);
    expect(await keysIn(3)).toEqual([]);
  });
});

describe('Filling', () => {
  test('takes a query and a put for each stream, and leaves what is there already', async () => {
    const streams = [counterStream('c1', AT), counterStream('c2', AT, 2)];
    await data.store(streams.flat());
    const { dynamo, counts } = watched(data.dynamo);
    await fill(data.runtime({ dynamo }), counterProjection, 2, names(streams));
    expect(counts).toEqual({ QueryCommand: streams.length, PutCommand: streams.length });
    const before = await views(2);
    await fillAll(2, streams);
    expect(await views(2)).toEqual(before);
    expect(before.map(({ pk, version }) => [pk, version])).toEqual([
      ['COUNTER#c1', 4],
      ['COUNTER#c2', 2],
    ]);
  });

  test('names the stream that cannot be read, and finishes the others first', async () => {
    const [well, broken] = [counterStream('c1', AT), counterStream('c2', AT, 1)];
    await data.store([...well, ...broken.map((event) => ({ ...event, schemaVersion: 99 }))]);
    await expect(fillAll(2, [broken, well])).rejects.toMatchObject({
      name: 'StreamFailed',
      message: expect.stringMatching(/^counter-c2: NewerSchemaVersion: /),
    });
    expect(await views(2)).toMatchObject([{ pk: 'COUNTER#c1', version: 4 }]);
  });
});

describe('Comparing', () => {
  const streams = [counterStream('c1', AT), counterStream('c2', AT), keeperStream('ada', AT)];
  const both = { next: 2, live: 1 };
  const compareAll = (parts = {}) => compare(data.runtime(parts), counterProjection, both, names(streams));
  const TableName = () => data.runtime().setting('READ_MODEL_TABLE');

  beforeEach(async () => {
    await data.store(streams.flat());
    await fillAll(1, streams);
    await fillAll(2, streams);
  });

  test('finds nothing where both are the same, with a query for each stream and one batch get', async () => {
    const { dynamo, counts } = watched(data.dynamo);
    expect(await compareAll({ dynamo })).toEqual({ repaired: [], differing: [] });
    expect(counts).toEqual({ QueryCommand: streams.length, BatchGetCommand: 1 });
  });

  test('repairs what is missing or behind in the new one', async () => {
    const [counter] = await views(2);
    await data.dynamo.send(
      new PutCommand({
        TableName: TableName(),
        Item: { ...keyInGeneration(2, counter as ViewItem), version: 1 },
      }),
    );
    await data.dynamo.send(
      new DeleteCommand({ TableName: TableName(), Key: keyInGeneration(2, keeperKey('ada')) }),
    );
    expect(await compareAll()).toEqual({ repaired: ['counter-c1', 'keeper-ada'], differing: [] });
    expect(await views(2)).toEqual(await views(1));
  });

  test('repairs what is behind in both, and names what still is in the live one', async () => {
    const [counter] = (await views(1)) as [ViewItem];
    for (const generation of [1, 2]) {
      const Item = keyInGeneration(generation, { ...counter, version: 3 });
      await data.dynamo.send(new PutCommand({ TableName: TableName(), Item }));
    }
    expect(await compareAll()).toEqual({ repaired: ['counter-c1'], differing: ['counter-c1'] });
    expect((await views(2))[0]).toMatchObject({ version: 4 });
  });

  test.each([
    ['another value', { total: 99 }],
    ['another key of an index', { keeperPk: 'KEEPER#eve' }],
    ['another version', { version: 99 }],
  ])('names what has %s in the live one, and leaves both as they are', async (_, change) => {
    const [counter] = await views(1);
    await data.dynamo.send(new PutCommand({ TableName: TableName(), Item: { ...counter, ...change } }));
    const before = await views(2);
    expect(await compareAll()).toEqual({ repaired: [], differing: ['counter-c1'] });
    expect(await views(2)).toEqual(before);
  });

  describe('a stream whose newest event is on its way', () => {
    /** Before the comparison the event is in no view; as its waits go by, it reaches the generations. */
    async function compareWhile(arrivals: Record<number, number>, ageMs = 0) {
      const hot = counterStream('hot', AT);
      await data.store(hot.slice(0, -1));
      await fillAll(1, [hot]);
      await fillAll(2, [hot]);
      await data.store(hot.slice(-1));
      let passed = 0;
      const sleep = async (ms: number) => {
        passed += ms;
        for (const [generation, afterMs] of Object.entries(arrivals)) {
          if (passed >= afterMs) await fillAll(Number(generation), [hot]);
        }
      };
      const now = () => Date.parse(hot.at(-1)?.metadata.timestamp ?? '') + ageMs + passed;
      return compare(data.runtime({ sleep, now }), counterProjection, both, names([hot]));
    }

    test.each([
      ['to both for 1.2 s, as behind a batching window of 1 s', { 1: 1_200, 2: 1_200 }],
      ['to the new one for 1.2 s', { 1: 0, 2: 1_200 }],
      ['to the live one for 1.2 s', { 1: 1_200, 2: 0 }],
    ])('%s is neither repaired nor differing', async (_, arrivals) => {
      expect(await compareWhile(arrivals)).toEqual({ repaired: [], differing: [] });
    });

    test('is not waited for when it is a minute old', async () => {
      expect(await compareWhile({ 1: 1_200, 2: 1_200 }, 60_000)).toMatchObject({ repaired: ['counter-hot'] });
    });

    test('to the live one while the new one is repaired does not differ', async () => {
      const late = RECHECK_SECONDS * 1_000 + 1_200;
      expect(await compareWhile({ 1: late, 2: Number.POSITIVE_INFINITY })).toEqual({
        repaired: ['counter-hot'],
        differing: [],
      });
    });
  });

  test('does not wait for what differs at the same version', async () => {
    const [counter] = await views(1);
    await data.dynamo.send(new PutCommand({ TableName: TableName(), Item: { ...counter, total: 99 } }));
    const sleep = async () => expect('a wait').toBe('none');
    expect(await compareAll({ sleep })).toEqual({ repaired: [], differing: ['counter-c1'] });
  });

  test('names what is missing in the live one', async () => {
    await data.dynamo.send(new DeleteCommand({ TableName: TableName(), Key: counterKey('c2') }));
    expect(await compareAll()).toEqual({ repaired: [], differing: ['counter-c2'] });
  });
});

/** The views of a generation, as they would stand in the first. */
async function views(generation: number): Promise<ViewItem[]> {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const { Items = [] } = await data.dynamo.send(new ScanCommand({ TableName, ConsistentRead: true }));
  const prefix = generation === 1 ? /^(COUNTER|KEEPER)#/ : new RegExp(`^G${generation}#`);
  return Items.filter(({ pk }) => prefix.test(pk))
    .map((item) => keyInFirstGeneration(item as ViewItem))
    .sort((a, b) => (a.pk < b.pk ? -1 : 1));
}
