import { expect, test } from '@jest/globals';
import { countReservation } from '#tests/bench/reservation-units.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

test('A reservation on a stream of 10,000 events reads at most 10 units, also in a process that never saw the stream', async () => {
  const { readUnits, writeUnits } = await countReservation(await compiledTemplate(), 10_000, 0);
  expect(readUnits.cold).toBeGreaterThan(0);
  expect(readUnits.cold).toBeLessThanOrEqual(10);
  expect(readUnits.warm).toBeLessThanOrEqual(10);
  // The event and its entry in by-type.
  expect(writeUnits).toBeLessThanOrEqual(2);
}, 120_000);
