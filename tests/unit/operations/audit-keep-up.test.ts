import { expect, test } from '@jest/globals';
import { keepUp } from '#tests/bench/audit/keep-up.ts';
import { EVENTS_OF_AN_ORDER } from '#tests/bench/audit/order-flood.ts';

/** A 250th of what 1,000 orders a second append; of the 50 lanes that prod has one, which takes five times as long. */
const load = {
  perSecond: (1_000 / 250) * (7.55 / EVENTS_OF_AN_ORDER),
  lanes: 1,
  slower: 5,
  backlogMs: 300_000,
};

test('The audit keeps up with 1,000 orders a second: a window is done with before the next one begins', async () => {
  const { behindSeconds, events, missing, calls } = await keepUp({ ...load, runs: 2 });
  // At the second run the lanes of the first window have ended, and those of the second begin.
  expect(behindSeconds).toEqual([300, 300]);
  expect(missing).toBe(0);
  expect(events).toBeGreaterThan(9_000);
  // Batch gets for all but the streams that policies ask for.
  const all = Object.values(calls).reduce((sum, count) => sum + count, 0);
  expect(all / events).toBeLessThan(2.5);
}, 60_000);

test('Without lanes it falls behind', async () => {
  const { behindSeconds } = await keepUp({ ...load, runs: 3, inline: 1_000_000_000 });
  expect(behindSeconds[2]).toBeGreaterThanOrEqual(600);
}, 60_000);
