import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';
import { PutCommand, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '#kit/aws/batch-get.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { REMEMBERED_SECONDS } from '#kit/messaging/repeatable.ts';
import { type ItemKey, inboxBatchKey } from './keys.ts';

/** Changes of one target that are made together. */
export interface Batch {
  consumer: string;
  id: string;
}

/** Attribute → whole number, possibly negative. */
export type AddedNumbers = Readonly<Record<string, number>>;

/** Said of a batch once, for good. Reaches storage: never rename one. */
type Fate = 'applied' | 'given-up';

/** Until when an event handled now has to be remembered, as a TTL attribute wants it (seconds since 1970). */
export const expiryOf = (runtime: Runtime): number => Math.floor(runtime.now() / 1_000) + REMEMBERED_SECONDS;

const MAX_ATTEMPTS = 8;

/**
 * Adds the sums of these to the target, once; false where the batch was given up, and nothing is added then.
 * AWS calls: one transaction; 8 at the most, with full jitter, where another writer stands in the way.
 */
export async function addAsBatch(
  runtime: Runtime,
  batch: Batch,
  target: ItemKey,
  added: readonly AddedNumbers[],
): Promise<boolean> {
  const TableName = runtime.setting('READ_MODEL_TABLE');
  const input: TransactWriteCommandInput = {
    // DynamoDB takes a second request with this token within ten minutes for the same transaction.
    ClientRequestToken: batch.id,
    TransactItems: [
      { Put: { TableName, ...fatePut(runtime, batch, 'applied') } },
      { Update: { TableName, Key: target, ...addition(added) } },
    ],
  };
  for (let attempt = 1; ; attempt++) {
    try {
      await runtime.dynamo.send(new TransactWriteCommand(input));
      return true;
    } catch (error) {
      const fate = fateIn(error);
      if (fate) return fate === 'applied';
      if (attempt >= MAX_ATTEMPTS || !isTransient(error)) throw error;
      await fullJitter(runtime, attempt, { maxMs: 1_000 });
    }
  }
}

/** Makes sure that the batch is never applied; false where it has been. AWS calls: one conditional put. */
export async function giveUp(runtime: Runtime, batch: Batch): Promise<boolean> {
  const TableName = runtime.setting('READ_MODEL_TABLE');
  try {
    await runtime.dynamo.send(new PutCommand({ TableName, ...fatePut(runtime, batch, 'given-up') }));
    return true;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException && error.Item)) throw error;
    return unmarshall(error.Item).fate === ('given-up' satisfies Fate);
  }
}

/** Which of these batches were applied. AWS calls: a batch get for each 100. */
export async function readApplied(
  runtime: Runtime,
  consumer: string,
  ids: readonly string[],
  consistent: boolean,
): Promise<Set<string>> {
  const keys = ids.map((id) => inboxBatchKey(consumer, id));
  const found = await batchGet(runtime, 'READ_MODEL_TABLE', keys, { consistent });
  const applied = new Set(found.filter(({ fate }) => fate === 'applied').map(({ pk }) => pk));
  return new Set(ids.filter((id) => applied.has(inboxBatchKey(consumer, id).pk)));
}

function fatePut(runtime: Runtime, { consumer, id }: Batch, fate: Fate) {
  // It has to outlive every marker that names it: a marker of a batch that nobody knows is taken over.
  const expiresAt = expiryOf(runtime) + REMEMBERED_SECONDS;
  return {
    Item: { ...inboxBatchKey(consumer, id), fate, expiresAt },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

function addition(added: readonly AddedNumbers[]) {
  const sums = new Map<string, number>();
  for (const numbers of added) {
    for (const [name, amount] of Object.entries(numbers)) sums.set(name, (sums.get(name) ?? 0) + amount);
  }
  const entries = [...sums];
  return {
    UpdateExpression: `ADD ${entries.map((_, index) => `#n${index} :n${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, sum], index) => [`:n${index}`, sum])),
  };
}

/** What was said of the batch before, where that is why the transaction failed. */
function fateIn(error: unknown): Fate | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const [reason] = error.CancellationReasons ?? [];
  if (reason?.Code !== 'ConditionalCheckFailed' || !reason.Item) return undefined;
  return unmarshall(reason.Item).fate as Fate;
}

const TRANSIENT_REASONS = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);

function isTransient(error: unknown): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None');
  return (
    codes.some((code) => code !== 'None') && codes.every((c) => c === 'None' || TRANSIENT_REASONS.has(c))
  );
}
