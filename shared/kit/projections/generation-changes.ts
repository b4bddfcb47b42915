import { isDeepStrictEqual } from 'node:util';
import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { InvalidOperation } from '#kit/operations/input.ts';
import { type Generations, type Phase, readStored } from './generations.ts';
import { generationsKey } from './keys.ts';

/** What there shall be instead. Pure; throws InvalidOperation where it cannot be, and nothing is changed then. */
export type Change = (generations: Generations, now: string) => Generations;

/** A new generation, empty, which gets every event from now on. */
export const begin =
  (work: { segments: number; expected: number }): Change =>
  (generations, since) => {
    const { other } = generations;
    if (other) {
      const { generation, phase } = other;
      throw new InvalidOperation(
        phase === 'kept'
          ? `generation ${generation} is still kept to go back to: drop it first`
          : phase === 'dropping'
            ? `generation ${generation} is still being dropped: wait for that`
            : `generation ${generation} is already being built, ${phase} since ${other.since}`,
      );
    }
    const generation = generations.newest + 1;
    return { ...generations, newest: generation, other: { generation, phase: 'filling', since, ...work } };
  };

/** From one phase of the work to the next; where somebody else has done that: nothing. */
export const advance =
  (generation: number, from: Phase, to: Phase, expected: number): Change =>
  (generations, since) => {
    const { other } = generations;
    if (other?.generation !== generation || other.phase !== from) return generations;
    return { ...generations, other: { ...other, phase: to, since, expected } };
  };

/** Queries read the new generation, and the one they read until now is kept. */
export const switchOver: Change = (generations, now) => {
  const { other } = generations;
  if (other?.phase !== 'ready') {
    throw new InvalidOperation(
      other ? `generation ${other.generation} is ${other.phase}, not ready` : 'no other generation is there',
    );
  }
  return exchanged(generations, now);
};

/** Queries read the kept generation again, and the one they read until now is kept in its place. */
export const rollBack: Change = (generations, now) => {
  if (generations.other?.phase !== 'kept') {
    throw new InvalidOperation('no generation is kept to go back to: the live one is as it was');
  }
  return exchanged(generations, now);
};

/** The kept generation, or one that is being built, gets no more events and is going to be deleted. */
export const retire =
  (what: 'kept' | 'unfinished', expected: number): Change =>
  (generations, since) => {
    const { other } = generations;
    const phases: Phase[] = what === 'kept' ? ['kept'] : ['filling', 'comparing', 'ready'];
    if (!other || !phases.includes(other.phase)) {
      throw new InvalidOperation(
        what === 'kept'
          ? 'no generation is kept: there is nothing to drop'
          : 'no generation is being built: there is nothing to cancel',
      );
    }
    return { ...generations, other: { ...other, phase: 'dropping', since, expected } };
  };

/** The last item of it is deleted. */
export const removeRetired =
  (generation: number): Change =>
  (generations) => {
    const { other, ...rest } = generations;
    return other?.generation === generation && other.phase === 'dropping' ? rest : generations;
  };

function exchanged({ live, other, newest }: Generations, now: string): Generations {
  if (!other) throw new InvalidOperation('no other generation is there');
  return {
    live: other.generation,
    liveSince: now,
    other: { ...other, generation: live, phase: 'kept', since: now },
    newest,
  };
}

/**
 * Makes a change, all of it or none. Where another one came first, it is looked at anew whether it still can be.
 * Answers what there is now. AWS calls: one consistent get, one conditional put; again for each change that came first.
 */
export async function changeGenerations(
  runtime: Runtime,
  projection: string,
  change: Change,
): Promise<Generations> {
  for (;;) {
    const { generations, changeId } = await readStored(runtime, projection);
    const changed = change(generations, new Date(runtime.now()).toISOString());
    if (isDeepStrictEqual(changed, generations)) return generations;
    if (await write(runtime, projection, changed, changeId)) return changed;
  }
}

function write(
  runtime: Runtime,
  projection: string,
  generations: Generations,
  previous: string | undefined,
): Promise<boolean> {
  const item = { ...generations, ...generationsKey(projection), changeId: runtime.newId() };
  const unchanged = previous === undefined ? 'absent' : { attribute: 'changeId', value: previous };
  return putIfUnchanged(runtime, item, unchanged);
}
