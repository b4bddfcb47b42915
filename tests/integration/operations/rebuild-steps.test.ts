import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { keyInFirstGeneration, partitionInGeneration } from '#kit/projections/keys.ts';
import { orderKey } from '#read-model/keys.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { type Bench, type Interfere, type Message, startBench } from './rebuild-bench.ts';

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

const customer = (id: string) =>
  streamAt(AT, 'customer', id, [
    { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
    { eventType: 'CustomerRenamed', data: { name: 'Ada King' } },
  ]);

/** What stands in a generation, as it would stand in the first. */
async function views(bench: Bench, generation: number): Promise<{ pk: string; sk: string }[]> {
  const prefixes = ['ORDER#', 'CUSTOMER#'].map((kind) => partitionInGeneration(generation, kind));
  const items = (await bench.items('')) as { pk: string; sk: string }[];
  return items
    .filter(({ pk }) => prefixes.some((prefix) => pk.startsWith(prefix)))
    .map((item) => keyInFirstGeneration(item));
}

async function versions(bench: Bench, generation: number): Promise<Record<string, number>> {
  const items = (await views(bench, generation)) as unknown as {
    orderId?: string;
    customerId: string;
    version: number;
  }[];
  return Object.fromEntries(
    items.map(({ orderId, customerId, version }) => [orderId ?? customerId, version]),
  );
}

const damage = (bench: Bench, orderId: string, change: object) =>
  bench.data.dynamo.send(
    new PutCommand({
      TableName: bench.data.runtime().setting('READ_MODEL_TABLE'),
      Item: { ...orderKey(orderId), orderId, customerId: 'ada', status: 'lost', version: 4, ...change },
    }),
  );

describe('A rebuild', () => {
  test('makes of the events what the views should be, in many steps, and says what was wrong', async () => {
    const bench = await open({ tickMs: 100 });
    const orders = Array.from({ length: 60 }, (_, index) =>
      orderStream(`o${index}`, 'ada', AT, 1 + (index % 4)),
    );
    await bench.append(...orders.flat(), ...customer('ada'));
    await bench.drain();
    const before = await views(bench, 1);
    expect(before).toHaveLength(61);
    await damage(bench, 'o3', {});
    await damage(bench, 'o4', { version: 99 });

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
    expect(ready.comparison?.examples.toSorted()).toEqual(['order-o3', 'order-o4']);
    expect(steps).toBeGreaterThan(4);
    expect(await views(bench, 2)).toEqual(before);
    expect(await bench.rebuild('switch')).toMatchObject({ live: 2, other: { generation: 1, phase: 'kept' } });
  });

  test('compares: what is missing or behind in the new generation is put right, what is not the same is named', async () => {
    const bench = await open();
    await bench.append(...orderStream('o1', 'ada', AT), ...orderStream('o2', 'ada', AT), ...customer('ada'));
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    const TableName = bench.data.runtime().setting('READ_MODEL_TABLE');
    const [first, second] = await bench.items('G2#ORDER#');
    await bench.data.dynamo.send(
      new PutCommand({ TableName, Item: { ...first, version: 2, status: 'paid' } }),
    );
    await bench.data.dynamo.send(new PutCommand({ TableName, Item: { ...second, total: 1 } }));
    const Key = { pk: 'G2#CUSTOMER#ada', sk: 'VIEW' };
    await bench.data.dynamo.send(new DeleteCommand({ TableName, Key }));
    const { comparison } = await bench.reach('ready');
    expect(comparison).toEqual({ streams: 3, repaired: 2, differing: 1, examples: ['order-o2'] });
    expect((await bench.items('G2#ORDER#'))[0]).toMatchObject({ version: 4, status: 'delivered' });
    expect(await bench.items(Key.pk)).toMatchObject([{ version: 2, name: 'Ada King' }]);
  });

  test('calls AWS twice for a stream to fill it, and about once to compare it', async () => {
    const bench = await open();
    await bench.append(
      ...Array.from({ length: 50 }, (_, index) => orderStream(`o${index}`, 'ada', AT, 2)).flat(),
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
    expect(counts).toEqual({ GetCommand: 2, ScanCommand: 1, QueryCommand: 50, PutCommand: 50 + 1 });
    await bench.rebuild('advance');
    counts = {};
    await bench.drain(count);
    expect(counts).toEqual({
      GetCommand: 2,
      ScanCommand: 1,
      QueryCommand: 50,
      BatchGetCommand: 2,
      PutCommand: 1,
    });
  });

  test('does not take an event that is on its way for a fault', async () => {
    const bench = await open();
    const [created, paid] = orderStream('o1', 'ada', AT, 2) as [DomainEvent, DomainEvent];
    await bench.append(created);
    await bench.drain();
    await bench.rebuild('start');
    await bench.reach('comparing');
    await bench.data.store([paid]);
    let looks = 0;
    const { comparison } = await bench.reach('ready', async (name, pass) => {
      const answer = await pass();
      // The projection gets to it between the first look and the second.
      if (name === 'BatchGetCommand' && looks++ === 0) await bench.process()(eventOf(paid));
      return answer;
    });
    expect(looks).toBe(2);
    expect(comparison).toMatchObject({ streams: 1, repaired: 0, differing: 0 });
  });
});

const eventOf = (event: DomainEvent) => ({
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
    const [created, paid] = orderStream('o1', 'ada', AT, 2) as [DomainEvent, DomainEvent];
    await bench.append(created);
    await bench.drain();
    await bench.data.store([paid]);
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
    })(eventOf(paid));
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
    const [created, paid] = orderStream('o1', 'ada', AT, 2) as [DomainEvent, DomainEvent];
    await bench.append(created);
    const stale = bench.process();
    await bench.deliver(bench.queue[0] as Message, stale);
    await bench.rebuild('start', { segments: 1 });
    await bench.drain();
    await bench.data.store([paid]);
    // Less than five seconds ago there was one generation.
    await stale(eventOf(paid));
    expect([await versions(bench, 1), await versions(bench, 2)]).toEqual([{ o1: 2 }, { o1: 1 }]);
    expect((await bench.reach('ready')).comparison).toMatchObject({ repaired: 1, differing: 0 });
    expect(await versions(bench, 2)).toEqual({ o1: 2 });
  });
});

describe('Steps', () => {
  test('that come twice, late or out of turn change nothing, and do not fork', async () => {
    const bench = await open({ tickMs: 400 });
    await bench.append(
      ...Array.from({ length: 110 }, (_, index) => orderStream(`o${index}`, 'ada', AT, 1)).flat(),
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
          bench.queue.push({ body, type: 'rebuild-step', receives: 0, visibleAt: bench.now() });
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

  test('killed at any call, of any function, the whole comes to the same end', async () => {
    const bench = await open();
    await bench.append(...orderStream('o1', 'ada', AT, 3), ...customer('ada'));
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
          'PROJECTION#order-view',
          `REBUILD#order-view#${live + 1}`,
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
    await bench.append(...orderStream('o1', 'ada', AT));
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
    for (const body of unreadable)
      bench.queue.push({ body, type: 'rebuild-step', receives: 0, visibleAt: 0 });
    await bench.drain();
    expect(bench.dead.map(({ body }) => body)).toEqual(unreadable);
  });
});
