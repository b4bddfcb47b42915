import { describe, expect, test } from '@jest/globals';
import { checkpointsPartition, generationsKey, partitionInGeneration } from '#kit/projections/keys.ts';
import { STREAMS_AT_ONCE } from '#kit/projections/rebuild/run-step.ts';
import { REBUILD_STEP } from '#kit/projections/rebuild/step.ts';
import { counterStream, keeperStream } from '#tests/support/counter/streams.ts';
import { counterProjection } from '#tests/support/counter/views.ts';
import { type Bench, benchOpener, type Interfere, type Message } from './bench.ts';
import { views } from './views.ts';

const open = benchOpener();

const AT = '2026-11-20T10:00:00.000Z';

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
