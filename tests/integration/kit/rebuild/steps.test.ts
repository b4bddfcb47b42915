import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import {
  checkpointsPartition,
  generationsKey,
  keyInFirstGeneration,
  partitionInGeneration,
} from '#kit/projections/keys.ts';
import { STREAMS_AT_ONCE } from '#kit/projections/rebuild/run-step.ts';
import { REBUILD_STEP } from '#kit/projections/rebuild/step.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterKey, counterProjection } from '#tests/support/counter/views.ts';
import { type Bench, type Interfere, type Message, startBench } from './bench.ts';

const opened: Bench[] = [];
const open = async (...options: Parameters<typeof startBench>) => {
  const bench = await startBench(...options);
  opened.push(bench);
  return bench;
};
afterAll(() => {
  for (const { data } of opened) data.stop();
});

const AT = '2026-11-20T10:00:00.000Z';

/** What stands in a generation, as it would stand in the first. */
async function views(bench: Bench, generation: number): Promise<{ pk: string; sk: string }[]> {
  const prefixes = ['COUNTER#', 'KEEPER#'].map((kind) => partitionInGeneration(generation, kind));
  const items = (await bench.items('')) as { pk: string; sk: string }[];
  return items
    .filter(({ pk }) => prefixes.some((prefix) => pk.startsWith(prefix)))
    .map((item) => keyInFirstGeneration(item));
}

async function versions(bench: Bench, generation: number): Promise<Record<string, number>> {
  const items = (await views(bench, generation)) as unknown as {
    counterId?: string;
    keeperId: string;
    version: number;
  }[];
  return Object.fromEntries(
    items.map(({ counterId, keeperId, version }) => [counterId ?? keeperId, version]),
  );
}

const damage = (bench: Bench, counterId: string, change: object) =>
  bench.data.dynamo.send(
    new PutCommand({
      TableName: bench.data.runtime().setting('READ_MODEL_TABLE'),
      Item: { ...counterKey(counterId), counterId, keeperId: 'ada', status: 'lost', version: 4, ...change },
    }),
  );

describe('A rebuild', () => {
  test('makes of the events what the views should be, in many steps, and says what was wrong', async () => {
    const bench = await open({ tickMs: 100 });
    const streams = Array.from({ length: 60 }, (_, index) => counterStream(`c${index}`, AT, 1 + (index % 4)));
    await bench.append(...streams.flat(), ...keeperStream('ada', AT));
    await bench.drain();
    const before = await views(bench, 1);
    expect(before).toHaveLength(61);
    await damage(bench, 'c3', {});
    await damage(bench, 'c4', { version: 99 });

    expect(await bench.rebuild('start', { segments: 2 })).toMatchObject({
      live: 1,
      other: { generation: 2, phase: 'filling' },
      work: { waitsFor: 30, done: 0, part: 0, failed: [] },
    });
    let steps = 0;
    const ready = await bench.reach('ready', (name, pass) => {
      if (name === 'SendMessageBatchCommand') steps++;
      return pass();
    });
    expect(ready.comparison).toMatchObject({ streams: 61, repaired: 0, differing: 2 });
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

  test('calls AWS twice for a stream to fill it, and about once to compare it', async () => {
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
    expect(counts).toEqual({ GetCommand: 2, ScanCommand: 1, QueryCommand: STREAMS, PutCommand: STREAMS + 1 });
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
    const [started, increased] = counterStream('c1', AT, 2) as [StoredEvent, StoredEvent];
    await bench.append(started);
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    await bench.data.store([increased]);
    let looks = 0;
    const { comparison } = await bench.reach('ready', async (name, pass) => {
      const answer = await pass();
      // The projection gets to it between the first look and the second.
      if (name === 'BatchGetCommand' && looks++ === 0) await bench.process()(eventOf(increased));
      return answer;
    });
    expect(looks).toBe(2);
    expect(comparison).toMatchObject({ streams: 1, repaired: 0, differing: 0 });
  });
});

const eventOf = (event: StoredEvent) => ({
  Records: [
    {
      messageId: 'm',
      body: JSON.stringify(event),
      attributes: { ApproximateReceiveCount: '1' },
      messageAttributes: {},
    },
  ] as never,
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
    })(eventOf(increased));
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

describe('A rebuild that does not wait for the writers', () => {
  test('has a hole, which the comparison finds and fills', async () => {
    const bench = await open({ settleSeconds: 0 });
    const [started, increased] = counterStream('c1', AT, 2) as [StoredEvent, StoredEvent];
    await bench.append(started);
    const stale = bench.process();
    await bench.deliver(bench.queue[0] as Message, stale);
    await bench.rebuild('start', { segments: 1 });
    await bench.drain();
    await bench.data.store([increased]);
    // Less than five seconds ago there was one generation.
    await stale(eventOf(increased));
    expect([await versions(bench, 1), await versions(bench, 2)]).toEqual([{ c1: 2 }, { c1: 1 }]);
    expect((await bench.reach('ready')).comparison).toMatchObject({ repaired: 1, differing: 0 });
    expect(await versions(bench, 2)).toEqual({ c1: 2 });
  });
});

describe('Steps', () => {
  test('that come twice, late or out of turn change nothing, and do not fork', async () => {
    const bench = await open({ tickMs: 400 });
    await bench.append(
      ...Array.from({ length: 110 }, (_, index) => counterStream(`c${index}`, AT, 1)).flat(),
    );
    await bench.drain();
    await bench.rebuild('start', { segments: 1 });
    const all: string[] = [];
    const remember: Interfere = async (name, pass, input) => {
      if (name === 'SendMessageBatchCommand') {
        all.push(...(input as { Entries: { MessageBody: string }[] }).Entries.map((one) => one.MessageBody));
      }
      const answer = await pass();
      // Every message twice, and once more everything that there ever was.
      if (name === 'SendMessageBatchCommand') {
        for (const body of all)
          bench.queue.push({ body, type: REBUILD_STEP, receives: 0, visibleAt: bench.now() });
      }
      return answer;
    };
    const { comparison } = await bench.reach('ready', remember);
    expect(comparison).toMatchObject({ streams: 110, repaired: 0, differing: 0 });
    expect(all.length).toBeGreaterThan(4);
    expect(new Set(all).size).toBe(all.length);
    await bench.drain();
    expect(bench.queue).toEqual([]);
    expect(bench.dead).toEqual([]);
  });

  test('done twice at the same time go on once', async () => {
    const bench = await open({ tickMs: 400 });
    const streams = Array.from({ length: 4 * STREAMS_AT_ONCE }, (_, index) =>
      counterStream(`c${index}`, AT, 1),
    );
    await bench.append(...streams.flat());
    await bench.drain();
    await bench.rebuild('start', { segments: 1 });
    bench.advance(31_000);
    const [step] = bench.queue as [Message];
    const outcomes: string[] = [];
    let bothWorked = () => {};
    const worked = new Promise<void>((resolve) => {
      bothWorked = resolve;
    });
    // Each of the two has done the work before either writes down how far it got.
    const meets: Interfere = async (name, pass, input) => {
      const { Item } = input as { Item?: { pk: string } };
      if (Item?.pk === checkpointsPartition(counterProjection.name, 2)) {
        outcomes.push('worked');
        if (outcomes.length === 2) bothWorked();
        await worked;
      }
      if (name === 'SendMessageBatchCommand') outcomes.push('went on');
      return pass();
    };
    await Promise.all([step, { ...step }].map((message) => bench.deliver(message, bench.process(meets))));
    expect(outcomes).toEqual(['worked', 'worked', 'went on']);
    expect((await bench.reach('ready')).comparison).toMatchObject({ streams: streams.length, differing: 0 });
  });

  test('killed at any call, of any function, the whole comes to the same end', async () => {
    const bench = await open();
    await bench.append(...counterStream('c1', AT, 3), ...keeperStream('ada', AT));
    await bench.drain();
    const expected = await views(bench, 1);

    let calls = 0;
    for (const effect of ['lost', 'done']) {
      for (let at = 1; ; at++) {
        let count = 0;
        // An invocation that is killed makes no further call; the next one is another process.
        const dying = (): Interfere => {
          let isDead = false;
          return async (name, pass) => {
            // A call that changes nothing is as good as lost when nobody hears of it.
            if (effect === 'lost' || /Put|Update|Write|Send/.test(name)) count++;
            else if (!isDead) return pass();
            if (count === at) {
              isDead = true;
              if (effect === 'done') await pass();
            }
            if (isDead) throw new Error(`killed at call ${at}, its effect ${effect}`);
            return pass();
          };
        };
        const { live } = await bench.rebuild('status');
        const again = async (work: () => Promise<unknown>) =>
          work().catch(() => work().catch(() => undefined));
        await again(() => bench.rebuild('start', { segments: 1 }, dying()));
        await reachThrough(bench, 'ready', dying);
        await again(() => bench.rebuild('switch', {}, dying()));
        await again(() => bench.rebuild('drop', {}, dying()));
        await reachThrough(bench, undefined, dying);

        const status = await bench.rebuild('status');
        const seen = {
          at,
          effect,
          live: status.live,
          other: status.other,
          next: await views(bench, live + 1),
        };
        expect(seen).toEqual({ at, effect, live: live + 1, other: undefined, next: expected });
        // The item that says which is live, its views, and how they came about: nothing else is left.
        const known = [
          generationsKey(counterProjection.name).pk,
          checkpointsPartition(counterProjection.name, live + 1),
          ...expected.map(({ pk }) => partitionInGeneration(live + 1, pk)),
        ];
        const others = (await bench.items('')).filter(({ pk }) => !known.includes(String(pk)));
        expect({ at, effect, others }).toEqual({ at, effect, others: [] });
        expect(bench.dead).toEqual([]);
        if (count < at) break;
        calls = Math.max(calls, at);
      }
    }
    expect(calls).toBeGreaterThan(40);
  }, 120_000);

  /** As `reach`, each invocation with an interference of its own. */
  async function reachThrough(bench: Bench, phase: string | undefined, interfere: () => Interfere) {
    for (let round = 0; round < 40; round++) {
      for (;;) {
        const message = bench.queue.find(({ visibleAt }) => visibleAt <= bench.now());
        if (!message) break;
        await bench.deliver(message, bench.process(interfere())).catch(() => undefined);
      }
      const status = await bench.rebuild('advance', {}, interfere()).catch(() => undefined);
      if (status && status.other?.phase === phase) return;
      bench.advance(121_000);
    }
    throw new Error(`never ${phase}: ${JSON.stringify(await bench.rebuild('status'))}`);
  }

  test('a lost message is sent again after a minute', async () => {
    const bench = await open();
    await bench.append(...counterStream('c1', AT));
    await bench.drain();
    await bench.rebuild('start');
    bench.queue.splice(0);
    bench.advance(89_000);
    await bench.rebuild('advance');
    expect(bench.queue).toEqual([]);
    bench.advance(2_000);
    await bench.rebuild('advance');
    await bench.rebuild('advance');
    expect(bench.queue).toHaveLength(4);
    await bench.reach('ready');
  });

  test('that cannot be read are poison', async () => {
    const bench = await open();
    const unreadable = ['{"phase":"gone"}', '{"phase":'];
    for (const body of unreadable) bench.queue.push({ body, type: REBUILD_STEP, receives: 0, visibleAt: 0 });
    await bench.drain();
    expect(bench.dead.map(({ body }) => body)).toEqual(unreadable);
  });
});
