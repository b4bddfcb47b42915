import { expect, test } from '@jest/globals';
import { progressOf } from '#functions/operations/rebuild/progress.ts';
import type { OtherGeneration, Phase } from '#kit/projections/generations.ts';
import type { Checkpoint } from '#kit/projections/rebuild/checkpoint.ts';

const other = (phase: Phase): OtherGeneration => ({
  generation: 2,
  phase,
  since: '2026-11-24T12:00:00.000Z',
  segments: 2,
  expected: 100,
});

const checkpoint = (phase: Checkpoint['phase'], segment: number, more: Partial<Checkpoint>): Checkpoint => {
  const tally = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [] };
  return { phase, segment, step: 3, ended: false, movedAt: 0, ...tally, ...more };
};

test('The progress of a phase is that of its segments, by the items they looked at', () => {
  const checkpoints = [
    checkpoint('filling', 0, { scanned: 30, done: 10 }),
    checkpoint('filling', 1, { scanned: 15, done: 3, lastError: { error: 'no', final: true } }),
    checkpoint('filling', 2, { done: 2, lastError: { error: 'newer', final: false, waits: true } }),
    checkpoint('filling', 3, { ended: true, lastError: { error: 'newer', final: false, waits: true } }),
  ];
  expect(progressOf(checkpoints, other('filling'), 1_500, 1_000)).toEqual({
    work: {
      part: 0.5,
      done: 15,
      segments: { ended: 1, of: 2 },
      waitsFor: 1,
      failed: [{ segment: 1, error: 'no' }],
      waiting: 1,
    },
  });
});

test('It never says that all is done before it is, however many items there are by now', () => {
  const checkpoints = [checkpoint('filling', 0, { scanned: 250 }), checkpoint('filling', 1, { ended: true })];
  expect(progressOf(checkpoints, other('filling'), 0, 0).work?.part).toBe(0.99);
});

test('What comparing has found is told with ten names at the most, until the generation is in use', () => {
  const examples = Array.from({ length: 8 }, (_, index) => `counter-${index}`);
  const found = { done: 50, repaired: 1, differing: 8, examples, ended: true };
  const checkpoints = [0, 1].map((segment) => checkpoint('comparing', segment, found));
  const { comparison, work } = progressOf(checkpoints, other('ready'), 0, 0);
  expect(comparison).toMatchObject({ streams: 100, repaired: 2, differing: 16 });
  expect(comparison?.examples).toHaveLength(10);
  expect(work).toBeUndefined();
  expect(progressOf(checkpoints, other('kept'), 0, 0)).toEqual({});
  expect(progressOf([], undefined, undefined, 0)).toEqual({});
});
