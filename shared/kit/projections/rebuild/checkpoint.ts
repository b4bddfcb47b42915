import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { checkpointKey, checkpointsPartition, withoutStorageKeys } from '#kit/projections/keys.ts';
import type { WorkingPhase } from './step.ts';

/** What a segment has seen and done so far. */
export interface Counters {
  /** Items that the scan looked at. */
  scanned: number;
  /** Streams filled or compared; when dropping, items deleted. */
  done: number;
  /** Streams that comparing found missing or behind in the new generation, and put right. */
  repaired: number;
  /** Streams whose view in the live generation is another. */
  differing: number;
  /** Names of some of these. */
  examples: string[];
}

/** How far a segment of a phase has got. */
export interface Checkpoint extends Counters {
  phase: WorkingPhase;
  segment: number;
  /** The number of the step that comes next: any other step is old, or a duplicate. */
  step: number;
  /** Where the scan goes on; absent at its start. */
  startKey?: Record<string, unknown>;
  ended: boolean;
  /** ms since 1970: when it was last heard of. */
  movedAt: number;
  /** The next step has failed, the last time for this reason; `final`: it is in the dead letters. */
  lastError?: { error: string; final: boolean };
}

/** Whose checkpoint it is. */
export interface SegmentOf {
  projection: string;
  generation: number;
  phase: WorkingPhase;
  segment: number;
}

const keyOf = ({ projection, generation, phase, segment }: SegmentOf) =>
  checkpointKey(projection, generation, phase, segment);

/** The segment's first, unless it has one. Answers whether this call wrote it. AWS calls: one conditional put. */
export const openSegment = (runtime: Runtime, of: SegmentOf): Promise<boolean> => {
  const counters: Counters = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [] };
  const { phase, segment } = of;
  const checkpoint: Checkpoint = {
    phase,
    segment,
    step: 0,
    ended: false,
    movedAt: runtime.now(),
    ...counters,
  };
  return putIfAbsent(runtime, { ...keyOf(of), ...checkpoint });
};

/** AWS calls: one consistent get. */
export async function readCheckpoint(runtime: Runtime, of: SegmentOf): Promise<Checkpoint | undefined> {
  const TableName = runtime.setting('READ_MODEL_TABLE');
  const { Item } = await runtime.dynamo.send(
    new GetCommand({ TableName, Key: keyOf(of), ConsistentRead: true }),
  );
  return Item && withoutStorageKeys<Checkpoint>(Item);
}

/** Of every phase and segment of a generation. AWS calls: one consistent query (the segments are few). */
export async function readCheckpoints(
  runtime: Runtime,
  projection: string,
  generation: number,
): Promise<Checkpoint[]> {
  const { Items = [] } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': checkpointsPartition(projection, generation) },
      ConsistentRead: true,
    }),
  );
  return Items.map((item) => withoutStorageKeys<Checkpoint>(item));
}

/**
 * Notes what step number `step` has done. Of two executions of one step one gets through, and only that one goes on.
 * Answers whether it was this one, also where the answer to its write was lost. AWS calls: one conditional put.
 */
export async function commitCheckpoint(
  runtime: Runtime,
  of: SegmentOf,
  step: number,
  next: Omit<Checkpoint, 'phase' | 'segment' | 'step' | 'movedAt' | 'lastError'>,
): Promise<boolean> {
  const { phase, segment } = of;
  const by = runtime.newId();
  const checkpoint: Checkpoint = { ...next, phase, segment, step: step + 1, movedAt: runtime.now() };
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: { ...checkpoint, ...keyOf(of), by },
        ConditionExpression: '#step = :step',
        ExpressionAttributeNames: { '#step': 'step' },
        ExpressionAttributeValues: { ':step': step },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item !== undefined && unmarshall(error.Item).by === by;
  }
}

/**
 * Changes what is said of a segment that still waits for this step; nothing where it has moved on. Answers whether it
 * waits. AWS calls: one conditional update.
 */
export async function noteOf(
  runtime: Runtime,
  of: SegmentOf,
  step: number,
  { lastError, movedAt }: Pick<Checkpoint, 'lastError' | 'movedAt'>,
): Promise<boolean> {
  try {
    await runtime.dynamo.send(
      new UpdateCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Key: keyOf(of),
        ConditionExpression: '#step = :step AND ended = :no',
        UpdateExpression: lastError ? 'SET movedAt = :at, lastError = :lastError' : 'SET movedAt = :at',
        ExpressionAttributeNames: { '#step': 'step' },
        ExpressionAttributeValues: {
          ':step': step,
          ':no': false,
          ':at': movedAt,
          ...(lastError && { ':lastError': lastError }),
        },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
