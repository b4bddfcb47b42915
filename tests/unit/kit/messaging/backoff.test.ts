import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffSeconds, waitSeconds } from '#kit/messaging/backoff.ts';

describe('The delay before the next try', () => {
  test.each([
    [1, 1, 2],
    [2, 2, 4],
    [3, 4, 8],
    [4, 8, 16],
    [5, 16, 32],
  ])('after receive %d, with a base of 2, is between %d and %d seconds', (receiveCount, least, most) => {
    expect(backoffSeconds(receiveCount, 2, () => 0)).toBe(least);
    expect(backoffSeconds(receiveCount, 2, () => 0.999)).toBe(most);
  });

  test('is a whole number that SQS takes, and never more than a quarter of an hour', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 60 }),
        random,
        (n, base, r) => {
          const seconds = backoffSeconds(n, base, () => r);
          return Number.isInteger(seconds) && seconds >= 0 && seconds <= 900;
        },
      ),
    );
  });

  test('is none where the base is 0', () => {
    expect(backoffSeconds(4, 0, () => 0.5)).toBe(0);
  });
});

test('What newer code wrote waits longer than a deployment takes, and shorter than SQS keeps a message hidden', () => {
  const waits = (random: () => number) => [1, 2, 3, 4].map((receive) => waitSeconds(receive, 2, random));
  const sum = (seconds: number[]) => seconds.reduce((a, b) => a + b);
  // 1.26 to 2.5 hours, as the documentation says: of each delay half is drawn by chance.
  expect(sum(waits(() => 0)) / 3_600).toBeCloseTo(1.26, 2);
  expect(sum(waits(() => 0.999_999)) / 3_600).toBeCloseTo(2.52, 2);
  expect(waitSeconds(3, 0, () => 0.5)).toBe(0);
});
