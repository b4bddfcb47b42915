import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DueWorld, type SentDue } from '#tests/support/due-world.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Ticks a minute apart until then; the clock stands there. */
async function tickUntil(world: DueWorld, end: number): Promise<void> {
  while (world.now + MINUTE <= end) {
    world.now += MINUTE;
    await world.tick();
  }
  world.now = end;
}

const messagesOf = (world: DueWorld, streamId: string): SentDue[] =>
  world.sent.filter((message) => message.streamId === streamId);

describe('A tick', () => {
  test('sends what falls due within two minutes, and the queue hides it until then', async () => {
    const world = new DueWorld(START);
    const due = START + 30 * MINUTE + 1;
    const streamId = world.arm(due);
    await tickUntil(world, START + 60 * MINUTE);
    expect(messagesOf(world, streamId)).toMatchObject([
      { sentAt: START + 29 * MINUTE, visibleAt: START + 30 * MINUTE + SECOND },
    ]);
  });

  test.each([
    [60, 60],
    [90, 90],
    [10, 60],
    [0, 60],
    [-3_600, 60],
  ])('an event that is due after %d s reaches the consumer within %d s', async (after, within) => {
    const world = new DueWorld(START);
    const armedAt = world.now;
    const streamId = world.arm(world.now + after * SECOND);
    await tickUntil(world, START + 10 * MINUTE);
    const [first] = messagesOf(world, streamId);
    expect(((first?.visibleAt ?? 0) - armedAt) / SECOND).toBe(within);
  });

  test('costs a get, a put and the queries of six minutes where nothing is due', async () => {
    const world = new DueWorld(START);
    world.now += MINUTE;
    expect(await world.tick()).toMatchObject({ sent: 0, overdueSeconds: 0 });
    expect(world.calls).toEqual({ GetCommand: 1, PutCommand: 1, QueryCommand: 24 });
  });

  test('that is the very first one looks a day back', async () => {
    const world = new DueWorld(START - 23 * 60 * MINUTE, { isNew: true });
    const streamId = world.arm(START - 22 * 60 * MINUTE);
    world.now = START;
    expect(await world.tick()).toMatchObject({ sent: 1, overdueSeconds: 0 });
    expect(messagesOf(world, streamId)).toHaveLength(1);
  });

  test('after an outage of hours sends everything that fell due meanwhile, once', async () => {
    const world = new DueWorld(START);
    const streams = Array.from({ length: 300 }, (_, index) => world.arm(START + (20 + index) * MINUTE));
    world.now = START + 10 * 60 * MINUTE;
    expect(await world.tick()).toMatchObject({ sent: 300, overdueSeconds: 0 });
    await tickUntil(world, world.now + 5 * MINUTE);
    expect(world.sent.map(({ streamId }) => streamId).sort()).toEqual(streams.sort());
  });

  test('of two at the same time one stops, and what both sent is sent twice at the most', async () => {
    const world = new DueWorld(START, { latencies: { query: 10, get: 10, put: 10, send: 10, sendCpu: 0 } });
    const streams = Array.from({ length: 25 }, () => world.arm(world.now + 30 * SECOND));
    const both = await Promise.all([world.tick(), world.tick()]);
    expect(both.filter((ticked) => ticked?.overtaken)).toHaveLength(1);
    for (const streamId of streams) expect([1, 2]).toContain(messagesOf(world, streamId).length);
  });

  test('sends again what the queue did not take', async () => {
    const world = new DueWorld(START);
    const streams = [world.arm(START), world.arm(START)];
    world.refuse = ({ length }) => (length === 2 ? [1] : []);
    world.now += MINUTE;
    await world.tick();
    for (const streamId of streams) expect(messagesOf(world, streamId)).toHaveLength(1);
    expect(world.calls.SendMessageBatchCommand).toBe(2);
  });

  test('stops where the queue takes nothing, and the next one goes on', async () => {
    const world = new DueWorld(START);
    const streamId = world.arm(START);
    world.now += MINUTE;
    world.refuse = (entries) => entries.map((_, index) => index);
    await expect(world.tick()).rejects.toThrow(/the queue .* did not take 1 messages/);
    world.refuse = () => [];
    world.now += MINUTE;
    await world.tick();
    expect(messagesOf(world, streamId)).toHaveLength(1);
  });
});

describe('More than one tick can send', () => {
  const EVENTS = 100_000;
  // Of a function with 512 MB: see docs/internals/deadlines.md.
  const latencies = { query: 40, get: 5, put: 5, send: 15, sendCpu: 7 };

  test('is the next ones, each of which goes on where the last one stopped', async () => {
    const world = new DueWorld(START, { latencies });
    const due = START + 30 * MINUTE;
    for (let index = 0; index < EVENTS; index++) world.arm(due + (index % 60) * SECOND);
    for (let minute = 28; minute < 36; minute++) {
      world.now = Math.max(world.now, START + minute * MINUTE);
      const begin = world.now;
      await world.tick();
      expect(world.now - begin).toBeLessThan(55 * SECOND);
    }
    const streams = new Set(world.sent.map(({ streamId }) => streamId));
    expect(streams.size).toBe(EVENTS);
    expect(world.sent).toHaveLength(EVENTS);
    expect(world.sent.every(({ dueAt, visibleAt }) => visibleAt >= Date.parse(dueAt))).toBe(true);
    const latest = Math.max(...world.sent.map(({ dueAt, visibleAt }) => visibleAt - Date.parse(dueAt)));
    // Two ticks ahead of them: none is late, but for the whole second that the queue rounds up to.
    expect(latest).toBeLessThan(2 * SECOND);
  }, 60_000);

  test('is not sent again from the begin by ticks that are all killed late', async () => {
    const world = new DueWorld(START, { latencies: { ...latencies, sendCpu: 20 } });
    for (let index = 0; index < 10_000; index++) world.arm(START + 5 * MINUTE);
    world.now = START + 4 * MINUTE;
    // Each gets through some 500 calls: 5 s of them and more.
    for (let ticks = 0; ticks < 40; ticks++) {
      await world.tick({ killedAt: { call: 500, effect: 'done' } });
      world.now += MINUTE;
    }
    expect(new Set(world.sent.map(({ streamId }) => streamId)).size).toBe(10_000);
  }, 60_000);
});

describe('Whatever happens to ticks, indexes and clocks', () => {
  const arming = fc.record({
    kind: fc.constant('arm' as const),
    at: fc.integer({ min: 0, max: 30 * 60 }),
    dueIn: fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 40 * 60 })),
    lag: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
    skew: fc.integer({ min: -5, max: 5 }),
  });
  const ticking = fc.record({
    kind: fc.constant('tick' as const),
    at: fc.integer({ min: 0, max: 30 * 60 }),
    skew: fc.integer({ min: -5, max: 5 }),
    killedAt: fc.option(
      fc.record({
        call: fc.integer({ min: 1, max: 60 }),
        effect: fc.constantFrom('lost' as const, 'done' as const),
      }),
      { nil: undefined },
    ),
    doubled: fc.boolean(),
  });

  test('every deadline is sent, none of them is visible early, and most of them once', async () => {
    let armed = 0;
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(arming, { minLength: 1, maxLength: 30 }),
        fc.array(ticking, { maxLength: 30 }),
        async (armings, tickings) => {
          const world = new DueWorld(START);
          const streams: string[] = [];
          for (const step of [...armings, ...tickings].toSorted((a, b) => a.at - b.at)) {
            world.now = START + step.at * SECOND;
            const skewMs = step.skew * SECOND;
            if (step.kind === 'arm') {
              streams.push(world.arm(world.now + step.dueIn * SECOND, { lagMs: step.lag * SECOND, skewMs }));
            } else {
              const { killedAt } = step;
              const ticks = [world.tick({ skewMs, ...(killedAt && { killedAt }) })];
              if (step.doubled) ticks.push(world.tick({ skewMs: -skewMs }));
              await Promise.all(ticks);
            }
          }
          await tickUntil(world, START + 80 * MINUTE);
          for (const streamId of streams) expect(messagesOf(world, streamId)).not.toEqual([]);
          for (const { dueAt, visibleAt } of world.sent) {
            // By the clock of the tick, which is up to 5 s off; the consumer waits for the rest.
            expect(visibleAt).toBeGreaterThanOrEqual(Date.parse(dueAt) - 5 * SECOND);
          }
          armed += streams.length;
          sent += world.sent.length;
        },
      ),
      { numRuns: 100 },
    );
    expect(sent / armed).toBeLessThan(4);
  }, 60_000);
});
