import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import { STREAMS_AT_ONCE } from '#kit/projections/rebuild/run-step.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterKey } from '#tests/support/counter/views.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { type Bench, benchOpener, type Interfere, type Message } from './bench.ts';
import { versions, views } from './views.ts';

const open = benchOpener();

const AT = '2026-11-20T10:00:00.000Z';

const damage = (bench: Bench, counterId: string, change: object) =>
  bench.data.dynamo.send(
    new PutCommand({
      TableName: bench.data.runtime().setting('READ_MODEL_TABLE'),
      Item: { ...counterKey(counterId), counterId, keeperId: 'ada', status: 'lost', version: 4, ...change },
    }),
  );

describe('A rebuild', () => {
  test('makes of the events what the views should be, in many steps, and says what was wrong', async () => {
    const bench = await open({ tickMs: 500 });
    const streams = Array.from({ length: 150 }, (_, index) =>
      counterStream(`c${index}`, AT, 1 + (index % 4)),
    );
    await bench.append(...streams.flat(), ...keeperStream('ada', AT));
    await bench.drain();
    const before = await views(bench, 1);
    expect(before).toHaveLength(151);
    await damage(bench, 'c3', {});
    await damage(bench, 'c4', { version: 99 });

    expect(await bench.rebuild('start', { segments: 2 })).toMatchObject({
      live: 1,
      other: { generation: 2, phase: 'filling' },
      work: { waitsFor: expect.any(Number), done: 0, part: 0, failed: [], waiting: 0 },
    });
    let steps = 0;
    const ready = await bench.reach('ready', (name, pass) => {
      if (name === 'SendMessageBatchCommand') steps++;
      return pass();
    });
    expect(ready.comparison).toMatchObject({ streams: 151, repaired: 0, differing: 2 });
    expect(ready.comparison?.examples.toSorted()).toEqual(['counter-c3', 'counter-c4']);
    expect(steps).toBeGreaterThan(4);
    expect(await views(bench, 2)).toEqual(before);
    expect(await bench.rebuild('switch')).toMatchObject({ live: 2, other: { generation: 1, phase: 'kept' } });
  });

  test('compares: what is missing or behind in the new generation is put right, what is not the same is named', async () => {
    const bench = await open();
    await bench.append(...counterStream('c1', AT), ...counterStream('c2', AT), ...keeperStream('ada', AT));
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    const TableName = bench.data.runtime().setting('READ_MODEL_TABLE');
    const [first, second] = await bench.items('G2#COUNTER#');
    await bench.data.dynamo.send(new PutCommand({ TableName, Item: { ...first, version: 2, total: 2 } }));
    await bench.data.dynamo.send(new PutCommand({ TableName, Item: { ...second, total: 99 } }));
    const Key = { pk: 'G2#KEEPER#ada', sk: 'VIEW' };
    await bench.data.dynamo.send(new DeleteCommand({ TableName, Key }));
    const { comparison } = await bench.reach('ready');
    expect(comparison).toEqual({ streams: 3, repaired: 2, differing: 1, examples: ['counter-c2'] });
    expect((await bench.items('G2#COUNTER#'))[0]).toMatchObject({ version: 4, status: 'closed', total: 5 });
    expect(await bench.items(Key.pk)).toMatchObject([{ version: 2, counters: ['c1'] }]);
  });

  test('calls AWS once for 25 streams to fill them, and about once for each to compare it', async () => {
    const STREAMS = 2 * STREAMS_AT_ONCE;
    const bench = await open();
    await bench.append(
      ...Array.from({ length: STREAMS }, (_, index) => counterStream(`c${index}`, AT, 2)).flat(),
    );
    await bench.drain();
    let counts: Record<string, number> = {};
    const count: Interfere = (name, pass) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return pass();
    };
    await bench.rebuild('start', { segments: 1 });
    bench.advance(30_000);
    await bench.drain(count);
    expect(counts).toEqual({
      GetCommand: 2,
      ScanCommand: 1,
      BatchExecuteStatementCommand: STREAMS / STREAMS_AT_ONCE,
      PutCommand: 1,
    });
    await bench.rebuild('advance');
    counts = {};
    await bench.drain(count);
    expect(counts).toEqual({
      GetCommand: 2,
      ScanCommand: 1,
      QueryCommand: STREAMS,
      BatchGetCommand: STREAMS / STREAMS_AT_ONCE,
      PutCommand: 1,
    });
  });

  test('does not take an event that is on its way for a fault', async () => {
    const bench = await open();
    await bench.append(...counterStream('c1', AT, 1));
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    const now = new Date(bench.now()).toISOString();
    const increased = counterStream('c1', now, 2).at(-1) as StoredEvent;
    await bench.data.store([increased]);
    let looks = 0;
    const { comparison } = await bench.reach('ready', async (name, pass) => {
      const answer = await pass();
      // The projection gets to it between the first look and the second.
      if (name === 'BatchGetCommand' && looks++ === 0) await bench.process()(sqsEvent([increased]));
      return answer;
    });
    expect(looks).toBe(2);
    expect(comparison).toMatchObject({ streams: 1, repaired: 0, differing: 0 });
  });
});

describe('A writer that has not heard of the new generation', () => {
  test('leaves no hole: nothing is filled until it has ended', async () => {
    const bench = await open();
    const [started, increased] = counterStream('c1', AT, 2) as [StoredEvent, StoredEvent];
    await bench.append(started);
    await bench.drain();
    await bench.data.store([increased]);
    // It has read the generations, and is held up before it writes.
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let writes = () => {};
    const writing = new Promise<void>((resolve) => {
      writes = resolve;
    });
    const slow = bench.process(async (name, pass) => {
      if (name === 'PutCommand') {
        writes();
        await held;
      }
      return pass();
    })(sqsEvent([increased]));
    await writing;
    await bench.rebuild('start');
    bench.advance(29_000);
    await bench.drain();
    expect(await bench.items('G2#')).toEqual([]);
    release();
    await slow;
    await bench.reach('comparing');
    expect(await views(bench, 2)).toEqual(await views(bench, 1));
  });
});

describe('Dropping', () => {
  test('deletes every item of the generation, in however many steps, and none of another', async () => {
    const bench = await open({ tickMs: 900 });
    const streams = Array.from({ length: 110 }, (_, index) => counterStream(`c${index}`, AT, 1));
    await bench.append(...streams.flat());
    await bench.drain();
    await bench.rebuild('start', { segments: 1 });
    await bench.reach('ready');
    await bench.rebuild('switch');
    const kept = await bench.items('G2#');
    expect(kept).toHaveLength(110);
    await bench.rebuild('drop');
    let steps = 0;
    await bench.reach(undefined, (name, pass) => {
      if (name === 'SendMessageBatchCommand') steps++;
      return pass();
    });
    expect(steps).toBeGreaterThan(1);
    expect(await bench.items('COUNTER#')).toEqual([]);
    expect(await bench.items('G2#')).toEqual(kept);
  });
});

describe('A rebuild that does not wait for the writers', () => {
  test('has a hole, which the comparison finds and fills', async () => {
    const bench = await open({ propagationSeconds: 0 });
    const [started, increased] = counterStream('c1', AT, 2) as [StoredEvent, StoredEvent];
    await bench.append(started);
    const stale = bench.process();
    await bench.deliver(bench.queue[0] as Message, stale);
    await bench.rebuild('start', { segments: 1 });
    await bench.drain();
    await bench.data.store([increased]);
    // Less than five seconds ago there was one generation.
    await stale(sqsEvent([increased]));
    expect([await versions(bench, 1), await versions(bench, 2)]).toEqual([{ c1: 2 }, { c1: 1 }]);
    expect((await bench.reach('ready')).comparison).toMatchObject({ repaired: 1, differing: 0 });
    expect(await versions(bench, 2)).toEqual({ c1: 2 });
  });
});
