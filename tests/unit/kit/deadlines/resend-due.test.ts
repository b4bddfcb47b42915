import { describe, expect, test } from '@jest/globals';
import type { ResentDue } from '#kit/deadlines/resend-due.ts';
import { DueWorld } from '#tests/support/due-world.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const iso = (ms: number): string => new Date(ms).toISOString();
const streamsOf = ({ sent }: DueWorld): string[] => sent.map(({ streamId }) => streamId).sort();

/** Every minute a tick, and nothing is left of what it has sent. */
async function purgedAt(end: number, ...due: number[]): Promise<{ world: DueWorld; streams: string[] }> {
  const world = new DueWorld(START);
  const streams = due.map((at) => world.arm(at));
  while (world.now < end) {
    world.now += MINUTE;
    await world.tick();
  }
  expect(streamsOf(world)).toEqual(streams);
  world.sent.length = 0;
  return { world, streams };
}

/** All steps; how many there were, and what they have sent together. */
async function resentAll(world: DueWorld, input: object): Promise<ResentDue & { steps: number }> {
  let sent = 0;
  let step: ResentDue | undefined;
  for (let steps = 1; ; steps++) {
    const { continuationToken } = step ?? {};
    step = await world.resend({ ...input, ...(continuationToken && { continuationToken }) });
    sent += step.sent;
    if (!step.continuationToken) return { ...step, sent, steps };
  }
}

describe('Sending deadlines again', () => {
  test('brings back what a tick had sent and the queue has lost, also what was hidden there', async () => {
    const end = START + 30 * MINUTE;
    const { world, streams } = await purgedAt(end, START + 5 * MINUTE, end - SECOND, end + MINUTE);
    world.now += MINUTE;
    await world.tick();
    expect(world.sent).toEqual([]);
    const to = iso(world.now + 2 * MINUTE);
    expect(await world.resend({ from: iso(START) })).toEqual({
      dryRun: false,
      from: iso(START),
      to,
      sent: 3,
      progress: 1,
      reached: to,
    });
    expect(streamsOf(world)).toEqual(streams);
    expect(world.sent.every(({ dueAt, visibleAt }) => visibleAt >= Date.parse(dueAt))).toBe(true);
  });

  test('takes in what was due already when it was appended, and nothing outside of its time', async () => {
    const world = new DueWorld(START);
    world.arm(START + 5 * MINUTE);
    world.now += 10 * MINUTE;
    const overdue = world.arm(START - 60 * MINUTE);
    const inside = world.arm(START + 15 * MINUTE);
    world.arm(START + 25 * MINUTE);
    world.now = START + 60 * MINUTE;
    await world.resend({ from: iso(START + 10 * MINUTE), to: iso(START + 20 * MINUTE) });
    expect(streamsOf(world)).toEqual([overdue, inside]);
  });

  test('leaves the ticks as they are, before it and at the same time', async () => {
    const ticksOf = async (resends: boolean) => {
      const { world } = await purgedAt(START + 10 * MINUTE, START + 5 * MINUTE);
      world.arm(world.now + 3 * MINUTE);
      const ticked: unknown[] = [];
      for (let minute = 0; minute < 6; minute++) {
        world.now += MINUTE;
        const at = iso(world.now);
        const resending = resends ? world.resend({ from: iso(START) }) : undefined;
        const { sent, overtaken } = (await world.tick()) ?? {};
        await resending;
        world.now = Date.parse(at);
        ticked.push({ sent, overtaken });
      }
      return ticked;
    };
    expect(await ticksOf(true)).toEqual(await ticksOf(false));
  });

  test('takes as many steps as it needs, none of them long, at the rate that it was given', async () => {
    const latencies = { query: 40, get: 5, put: 5, send: 15, sendCpu: 1 };
    const world = new DueWorld(START, { latencies });
    const streams = Array.from({ length: 3_000 }, (_, index) => world.arm(START + (index % 90) * MINUTE));
    world.now = START + 100 * MINUTE;
    const begin = world.now;
    const all = await resentAll(world, { from: iso(START), rate: 50 });
    expect(all).toMatchObject({ sent: 3_000, progress: 1 });
    expect(streamsOf(world)).toEqual(streams.sort());
    const seconds = (world.now - begin) / SECOND;
    expect(seconds).toBeGreaterThan(55);
    expect(seconds / all.steps).toBeLessThan(25);
  });

  test('only counts in a dry run', async () => {
    const { world } = await purgedAt(START + 10 * MINUTE, START + 5 * MINUTE, START + 6 * MINUTE);
    expect(await world.resend({ from: iso(START), dryRun: true })).toMatchObject({ dryRun: true, sent: 2 });
    expect(world.sent).toEqual([]);
  });

  test('fails where the queue takes nothing, and can be done again', async () => {
    const { world, streams } = await purgedAt(START + 10 * MINUTE, START + 5 * MINUTE);
    world.refuse = (entries) => entries.map((_, index) => index);
    await expect(world.resend({ from: iso(START) })).rejects.toThrow(/did not take 1 messages/);
    world.refuse = () => [];
    await world.resend({ from: iso(START) });
    expect(streamsOf(world)).toEqual(streams);
  });

  test.each([
    [{ from: 'yesterday' }, /from: must be a time/],
    [{ from: iso(START + MINUTE) }, /from must be in the past/],
    [{ from: iso(START - MINUTE), to: iso(START - MINUTE) }, /from must be before to/],
    [{ from: iso(START - 32 * 24 * 60 * MINUTE) }, /from and to must be at most 31 days apart/],
    [{ from: iso(START - MINUTE), rate: 0 }, /rate/],
    [{ from: iso(START - MINUTE), form: 1 }, /form/],
  ])('refuses %j', async (input, message) => {
    const world = new DueWorld(START);
    await expect(world.resend(input)).rejects.toThrow(message);
    expect(world.calls).toEqual({});
  });
});
