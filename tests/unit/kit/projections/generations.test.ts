import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import {
  advance,
  begin,
  type Change,
  removeRetired,
  retire,
  rollBack,
  switchOver,
} from '#kit/projections/generation-changes.ts';
import {
  CACHE_MS,
  type Generations,
  liveGeneration,
  writtenGenerations,
} from '#kit/projections/generations.ts';
import { keyInFirstGeneration, keyInGeneration, partitionInGeneration } from '#kit/projections/keys.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterKey } from '#tests/support/counter/views.ts';

const NOW = '2026-11-24T12:00:00.000Z';
const first: Generations = { live: 1, newest: 1 };
const following = (...changes: Change[]) => changes.reduce((state, change) => change(state, NOW), first);

const started = begin({ segments: 4, expected: 10 });
const compared = advance(2, 'filling', 'comparing', 9);
const ready = advance(2, 'comparing', 'ready', 9);

describe('The generations of a projection', () => {
  test('go from the first to a second that is filled, compared, switched to; the first is kept, dropped and gone', () => {
    const other = { generation: 2, phase: 'filling', since: NOW, segments: 4, expected: 10 };
    expect(following(started)).toEqual({ live: 1, newest: 2, other });
    expect(following(started, compared, ready).other).toEqual({ ...other, phase: 'ready', expected: 9 });
    const switched = following(started, compared, ready, switchOver);
    expect(switched).toMatchObject({ live: 2, liveSince: NOW, other: { generation: 1, phase: 'kept' } });
    expect(following(started, compared, ready, switchOver, rollBack)).toMatchObject({
      live: 1,
      other: { generation: 2, phase: 'kept' },
    });
    expect(following(started, compared, ready, switchOver, retire('kept', 5), removeRetired(1))).toEqual({
      live: 2,
      liveSince: NOW,
      newest: 2,
    });
  });

  test('never have a number twice', () => {
    const cancelled = [started, retire('unfinished', 0), removeRetired(2)];
    expect(following(...cancelled, started)).toMatchObject({ live: 1, newest: 3, other: { generation: 3 } });
  });

  test('change nothing where somebody else was first', () => {
    expect(following(started, compared, compared)).toEqual(following(started, compared));
    expect(following(started, removeRetired(2))).toEqual(following(started));
  });

  test.each<[string, Change[], string]>([
    ['a second rebuild at once', [started, started], 'generation 2 is already being built, filling since'],
    [
      'a rebuild while one is kept',
      [started, compared, ready, switchOver, started],
      'generation 1 is still kept',
    ],
    [
      'a rebuild while one is dropped',
      [started, retire('unfinished', 0), started],
      'generation 2 is still being dropped',
    ],
    ['a switch too early', [started, switchOver], 'generation 2 is filling, not ready'],
    ['a switch to nothing', [switchOver], 'no other generation is there'],
    ['a rollback to what is not whole', [started, rollBack], 'no generation is kept'],
    ['dropping what is being built', [started, retire('kept', 0)], 'no generation is kept'],
    [
      'cancelling what is kept',
      [started, compared, ready, switchOver, retire('unfinished', 0)],
      'no generation is being',
    ],
  ])('refuse %s', (_, changes, reason) => {
    expect(() => following(...changes)).toThrow(reason);
  });
});

describe('A process', () => {
  /** Reads what the test says, and counts. */
  function reader(item: () => object | undefined) {
    let now = 0;
    let reads = 0;
    const send = async () => {
      reads++;
      return { Item: item() };
    };
    const runtime = createRuntime(counterApplication, {
      now: () => now,
      dynamo: { send } as unknown as Runtime['dynamo'],
      settings: { READ_MODEL_TABLE: 'read-model' },
    });
    const wait = (ms: number) => {
      now += ms;
    };
    return { runtime, wait, reads: () => reads };
  }

  test('reads the generations once in five seconds, however many ask', async () => {
    const { runtime, wait, reads } = reader(() => undefined);
    await Promise.all([liveGeneration(runtime, 'counter-view'), writtenGenerations(runtime, 'counter-view')]);
    wait(CACHE_MS - 1);
    expect(await liveGeneration(runtime, 'counter-view')).toBe(1);
    expect(reads()).toBe(1);
    wait(1);
    await liveGeneration(runtime, 'counter-view');
    await liveGeneration(runtime, 'other-view');
    expect(reads()).toBe(3);
  });

  test('asks again at once where the read failed, or the clock was set back', async () => {
    let fails = true;
    const { runtime, wait, reads } = reader(() => {
      if (fails) throw new Error('throttled');
      return { live: 2, newest: 2, changeId: 'x' };
    });
    await expect(liveGeneration(runtime, 'counter-view')).rejects.toThrow('throttled');
    fails = false;
    expect(await liveGeneration(runtime, 'counter-view')).toBe(2);
    wait(-1);
    await liveGeneration(runtime, 'counter-view');
    expect(reads()).toBe(3);
  });

  test.each([
    ['filling', [1, 2]],
    ['comparing', [1, 2]],
    ['ready', [1, 2]],
    ['kept', [1, 2]],
    ['dropping', [1]],
  ])('writes, while the other generation is %s, into %j', async (phase, expected) => {
    const { runtime } = reader(() => ({
      live: 1,
      newest: 2,
      other: { generation: 2, phase },
      changeId: 'x',
    }));
    expect(await writtenGenerations(runtime, 'counter-view')).toEqual(expected);
    expect(await liveGeneration(runtime, 'counter-view')).toBe(1);
  });
});

describe('The keys of a generation', () => {
  test('are the bare ones in the first, and have its number in every partition of a later one', () => {
    const item = { ...counterKey('c1'), keeperPk: 'KEEPER#ada', listPk: 'L', listSk: 'S', version: 1 };
    expect(keyInGeneration(1, item)).toEqual(item);
    const third = keyInGeneration(3, item);
    expect(third).toEqual({ ...item, pk: 'G3#COUNTER#c1', keeperPk: 'G3#KEEPER#ada', listPk: 'G3#L' });
    expect(keyInFirstGeneration(third)).toEqual(item);
    expect([partitionInGeneration(1, 'X'), partitionInGeneration(12, 'X')]).toEqual(['X', 'G12#X']);
  });
});
