import { describe, expect, test } from '@jest/globals';
import { merge } from '#functions/operations/republish/publisher-failures.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { groupByCause } from '#kit/operations/group-by-cause.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { deadLetter } from '#tests/support/dead-letter.ts';

const letter = (consumer: string, fingerprint: string, failedAt?: string): DeadLetter =>
  deadLetter('m', {
    consumer,
    fingerprint,
    sentAt: '2026-01-05',
    ...(failedAt && { firstFailureAt: failedAt, lastFailureAt: failedAt }),
  });

test('A group spans from its first failure to its last; what has no times counts when it was sent', () => {
  const letters = [letter('a', 'f', '2026-01-02'), letter('a', 'f'), letter('a', 'f', '2026-01-03')];
  expect(groupByCause([letter('b', 'f', '2026-01-01'), ...letters])).toMatchObject([
    { consumer: 'a', count: 3, firstFailureAt: '2026-01-02', lastFailureAt: '2026-01-05' },
    { consumer: 'b', count: 1, firstFailureAt: '2026-01-01', lastFailureAt: '2026-01-01' },
  ]);
});

test('Windows that overlap or touch become one, in the order of time', () => {
  const windows = [
    { from: 50, to: 60 },
    { from: 10, to: 30 },
    { from: 12, to: 15 },
    { from: 30, to: 40 },
  ];
  expect(merge(windows)).toEqual([
    { from: 10, to: 40 },
    { from: 50, to: 60 },
  ]);
  expect(merge([])).toEqual([]);
});

describe('A pace', () => {
  const clock = () => {
    let now = 5_000;
    const sleeps: number[] = [];
    const runtime = {
      now: () => now,
      sleep: async (ms: number) => {
        sleeps.push(ms);
        now += ms;
      },
    } as unknown as Runtime;
    return { runtime, sleeps, pass: (ms: number) => (now += ms) };
  };

  test('lets so many go a second, and asks for no wait that has passed already', async () => {
    const { runtime, sleeps, pass } = clock();
    const pace = createRateLimiter(runtime, 10);
    await pace(5);
    await pace(5);
    pass(700);
    await pace(1);
    expect(sleeps).toEqual([500]);
  });

  test('does not make up for time in which nothing went: the queue would get a burst', async () => {
    const { runtime, sleeps, pass } = clock();
    const pace = createRateLimiter(runtime, 200);
    pass(30_000);
    for (let count = 0; count < 1_000; count += 10) await pace(10);
    expect(sleeps.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(4_950);
  });

  test('without a rate never waits', async () => {
    const { runtime, sleeps } = clock();
    const pace = createRateLimiter(runtime, undefined);
    await pace(1_000);
    await pace(1_000);
    expect(sleeps).toEqual([]);
  });
});
