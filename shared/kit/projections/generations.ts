import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { generationsKey } from './keys.ts';

/**
 * A generation that is not live: new and being filled from the events, then compared, then ready to be switched to; or
 * old and kept to go back to; or on its way out.
 */
export type Phase = 'filling' | 'comparing' | 'ready' | 'kept' | 'dropping';

export interface OtherGeneration {
  generation: number;
  phase: Phase;
  /** When the phase began; ISO 8601. */
  since: string;
  /** Into how many segments its work is divided. */
  segments: number;
  /** About how many items the phase's scan has to look at: for a person who waits. */
  expected: number;
}

/** The generations of a projection's views: one that queries read, and one other at the most. */
export interface Generations {
  live: number;
  /** ISO 8601; absent for the first. */
  liveSince?: string;
  other?: OtherGeneration;
  /** The highest number that was ever given: none is given twice. */
  newest: number;
}

/**
 * How long a process goes by what it has read. A switch is atomic in the table; until every process has heard of it,
 * some answer from the one generation and some from the other, and both get every event, so either answer is right.
 *
 * Why a new generation has no hole. An invocation writes into the generations that it knew of when it began. Filling
 * begins PROPAGATION_SECONDS after the new one was written down, which is more than CACHE_MS, and reads each stream
 * consistently. An event that was appended before that read is filled in. One that was appended later is delivered
 * later, so to an invocation that began when everybody had heard of the new generation: it writes to both.
 * Why a dropped one leaves nothing. PROPAGATION_SECONDS is also more than CACHE_MS and the timeout of whoever reads or writes:
 * then no invocation is left that began without knowing, and the deleting begins.
 */
export const CACHE_MS = 5_000;

type Known = Map<string, { readAt: number; generations: Promise<Generations> }>;
const knownTo = new WeakMap<Runtime, Known>();

/** The generation that queries read. AWS calls: one consistent get in five seconds for each process and projection. */
export const liveGeneration = async (runtime: Runtime, projection: string): Promise<number> =>
  (await knownGenerations(runtime, projection)).live;

/** Every generation that an event must reach; the live one first. AWS calls: as `liveGeneration`. */
export async function writtenGenerations(runtime: Runtime, projection: string): Promise<number[]> {
  const { live, other } = await knownGenerations(runtime, projection);
  return other && other.phase !== 'dropping' ? [live, other.generation] : [live];
}

/** Those that queries may read with no further work: the live one, and the one that is kept to go back to. AWS calls: as `liveGeneration`. */
export async function completeGenerations(runtime: Runtime, projection: string): Promise<number[]> {
  const { live, other } = await knownGenerations(runtime, projection);
  return other?.phase === 'kept' ? [live, other.generation] : [live];
}

function knownGenerations(runtime: Runtime, projection: string): Promise<Generations> {
  const known: Known = knownTo.get(runtime) ?? new Map();
  knownTo.set(runtime, known);
  const readAt = runtime.now();
  const latest = known.get(projection);
  // A clock that was set back must not make it last longer.
  const isFresh = latest && latest.readAt <= readAt && readAt < latest.readAt + CACHE_MS;
  if (isFresh) return latest.generations;
  const generations = readGenerations(runtime, projection);
  known.set(projection, { readAt, generations });
  generations.catch(() => {
    if (known.get(projection)?.generations === generations) known.delete(projection);
  });
  return generations;
}

/** As they are at this moment; where nothing was ever rebuilt: the first is live. AWS calls: one consistent get. */
export async function readGenerations(runtime: Runtime, projection: string): Promise<Generations> {
  return (await readStored(runtime, projection)).generations;
}

/** With what a change of them is conditional on; absent where nothing was ever rebuilt. */
export async function readStored(
  runtime: Runtime,
  projection: string,
): Promise<{ generations: Generations; changeId?: string }> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: generationsKey(projection),
      ConsistentRead: true,
    }),
  );
  if (!Item) return { generations: { live: 1, newest: 1 } };
  const { pk: _, sk: __, by: ___, changeId, ...generations } = Item;
  return { generations: generations as Generations, changeId: String(changeId) };
}
