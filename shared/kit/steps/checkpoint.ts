import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type ItemKey, withoutStorageKeys } from '#kit/projections/keys.ts';

/**
 * How far a line of steps has got: work that is too long for one invocation, done as one bounded step after the other, each of
 * them a message. An item of the read-model table.
 */
export interface StepCheckpoint {
  /** The number of the step that comes next: any other step is old, or a duplicate. */
  step: number;
  ended: boolean;
  /** ms since 1970: when it was last heard of. */
  movedAt: number;
  /** The next step has failed, the last time for this reason; `final`: it is in the dead letters; `waits`: for newer code. */
  lastError?: { error: string; final: boolean; waits?: true };
}

/** Longer than a step is hidden that waits for newer code (messaging/backoff.ts). */
const WAITS_MS = 3 * 3_600_000;

/**
 * True where the message of the next step may be lost: nobody has heard of the line for so long. What is in the dead letters comes back
 * by a redrive.
 */
export const isLost = (
  { ended, lastError, movedAt }: StepCheckpoint,
  now: number,
  afterMs: number,
): boolean => !ended && !lastError?.final && now - movedAt > (lastError?.waits ? WAITS_MS : afterMs);

/** What a step has come to, beside what every checkpoint has. */
export type Next<Checkpoint extends StepCheckpoint> = Omit<Checkpoint, 'step' | 'movedAt' | 'lastError'>;

/** AWS calls: one consistent get. */
export async function readCheckpointAt<Checkpoint extends StepCheckpoint>(
  runtime: Runtime,
  key: ItemKey,
): Promise<Checkpoint | undefined> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({ TableName: runtime.setting('READ_MODEL_TABLE'), Key: key, ConsistentRead: true }),
  );
  return Item && withoutStorageKeys<Checkpoint>(Item);
}

/** All of a partition. AWS calls: a consistent query for each megabyte. */
export async function readCheckpointsIn<Checkpoint extends StepCheckpoint>(
  runtime: Runtime,
  partition: string,
): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        KeyConditionExpression: 'pk = :partition',
        ExpressionAttributeValues: { ':partition': partition },
        ConsistentRead: true,
        ExclusiveStartKey: start,
      }),
    );
    checkpoints.push(...Items.map((item) => withoutStorageKeys<Checkpoint>(item)));
    start = LastEvaluatedKey;
  } while (start);
  return checkpoints;
}

/**
 * Notes what step number `step` has done. Of two executions of one step one gets through, and only that one goes on.
 * Answers whether it was this one. AWS calls: those of `putIfUnchanged`.
 *
 * @param expiresAt seconds since 1970; kept for good where it is absent
 */
export function commitStep<Checkpoint extends StepCheckpoint>(
  runtime: Runtime,
  key: ItemKey,
  step: number,
  next: Next<Checkpoint>,
  expiresAt?: number,
): Promise<boolean> {
  const position = { step: step + 1, movedAt: runtime.now() };
  const item = { ...next, ...position, ...key, ...(expiresAt !== undefined && { expiresAt }) };
  return putIfUnchanged(runtime, item, { attribute: 'step', value: step });
}

/**
 * Changes what is said of a line that still waits for this step; nothing where it has moved on. Answers whether it
 * waits. AWS calls: one conditional update.
 */
export async function noteStep(
  runtime: Runtime,
  key: ItemKey,
  step: number,
  { lastError, movedAt }: Pick<StepCheckpoint, 'lastError' | 'movedAt'>,
): Promise<boolean> {
  try {
    await runtime.dynamo.send(
      new UpdateCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Key: key,
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
