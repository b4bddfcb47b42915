import { describe, expect, test } from '@jest/globals';
import type { Runtime } from '#kit/config/runtime.ts';
import { saveTickState, TickOvertaken } from '#kit/deadlines/tick-state.ts';
import { begin, changeGenerations } from '#kit/projections/generation-changes.ts';
import { type Checkpoint, keyOf, openSegment } from '#kit/projections/rebuild/checkpoint.ts';
import { commitStep } from '#kit/steps/checkpoint.ts';
import { anothers, itself, refusing } from '#tests/support/refusing-table.ts';

const segment = { projection: 'counter-view', generation: 2, phase: 'filling', segment: 0 } as const;
const counters = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [], ended: false };
const commit = (runtime: Runtime): Promise<boolean> =>
  commitStep<Checkpoint>(runtime, keyOf(segment), 3, { phase: 'filling', segment: 0, ...counters });

describe('A change of the generations', () => {
  const change = begin({ segments: 1, expected: 1 });
  const stored = { pk: 'PROJECTION#counter-view', sk: 'GENERATIONS', live: 1, newest: 1, changeId: 'before' };

  test('whose answer was lost, so that the SDK sent it again, is made', async () => {
    const { runtime, puts } = refusing(itself);
    expect(await changeGenerations(runtime, 'counter-view', change)).toMatchObject({ newest: 2 });
    expect(puts).toHaveLength(1);
  });

  test('that another one came before is tried anew, and never written over it', async () => {
    const { runtime, puts } = refusing(anothers, stored);
    await expect(changeGenerations(runtime, 'counter-view', change)).rejects.toThrow('tried for ever');
    expect(new Set(puts.map(({ ConditionExpression }) => ConditionExpression))).toEqual(
      new Set(['#attribute = :value']),
    );
  });
});

describe('A checkpoint', () => {
  test('whose answer was lost, so that the SDK sent it again, is written', async () => {
    expect(await commit(refusing(itself).runtime)).toBe(true);
  });

  test('of a step that another execution has done is not', async () => {
    expect(await commit(refusing(anothers).runtime)).toBe(false);
    expect(await commit(refusing(() => undefined).runtime)).toBe(false);
  });
});

describe('The progress of the tick', () => {
  const ticked = { version: 3, completed: { startedAt: 1, sentTo: 2 } };

  test('whose answer was lost is written', async () => {
    expect(await saveTickState(refusing(itself).runtime, ticked)).toEqual({ ...ticked, version: 4 });
  });

  test('that another tick wrote meanwhile is not', async () => {
    await expect(saveTickState(refusing(anothers).runtime, ticked)).rejects.toThrow(TickOvertaken);
  });
});

describe('The first checkpoint of a segment', () => {
  test('whose answer was lost is written by this call, which then sends the step', async () => {
    expect(await openSegment(refusing(itself).runtime, segment)).toBe(true);
  });

  test('that another call wrote is not', async () => {
    expect(await openSegment(refusing(anothers).runtime, segment)).toBe(false);
  });
});
