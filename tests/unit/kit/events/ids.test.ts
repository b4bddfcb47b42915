import { expect, test } from '@jest/globals';
import { createIds, lowestIdAt, timeOf } from '#kit/events/ids.ts';

test('Ids grow within a millisecond and when the clock steps back, and tell their time', () => {
  const times = [5_000, 5_000, 5_000, 4_000, 5_001];
  const newId = createIds(() => times.shift() ?? 0);
  const ids = Array.from({ length: 5 }, newId);
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(5);
  expect(ids.map(timeOf)).toEqual([5_000, 5_000, 5_000, 5_000, 5_001]);
});

test('The lowest id of a millisecond is below all of it, and above all before', () => {
  const now = Date.UTC(2026, 4, 1);
  const [before, at] = [now - 1, now].map((ms) => createIds(() => ms)()) as [string, string];
  expect(lowestIdAt(now) > before).toBe(true);
  expect(lowestIdAt(now) < at).toBe(true);
  expect(timeOf(lowestIdAt(now))).toBe(now);
});
