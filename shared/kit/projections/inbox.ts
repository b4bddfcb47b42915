import { createHash } from 'node:crypto';
import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { chunksOf } from '#kit/aws/chunks.ts';
import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { REMEMBERED_SECONDS } from '#kit/messaging/repeatable.ts';
import { type ItemKey, inboxKey } from './keys.ts';

/** What one event adds to the numbers of one item. */
export interface Change {
  eventId: string;
  target: ItemKey;
  /** Attribute → whole number, possibly negative. */
  add: Readonly<Record<string, number>>;
}

/** Some changes were not made (the others were). Trying again makes these and only these. */
export class ChangesNotApplied extends Error {
  override readonly name = 'ChangesNotApplied';
  /** By `eventId`: why. */
  readonly failures: ReadonlyMap<string, unknown>;

  constructor(failures: ReadonlyMap<string, unknown>, cause: unknown) {
    super(`${failures.size} changes were not applied: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
    this.failures = failures;
  }
}

/** Of one TransactWriteItems: 100 items, less the target. */
const MARKERS_PER_TRANSACTION = 99;

/** Until when an event handled now has to be remembered, as a TTL attribute wants it (seconds since 1970). */
const inboxExpiry = (runtime: Runtime): number => Math.floor(runtime.now() / 1_000) + REMEMBERED_SECONDS;

const MAX_ATTEMPTS = 8;

/**
 * Makes each change exactly once for `consumer`, however often its event arrives: the addition and a marker
 * (consumer, event, target) are one transaction. For effects that are no function of one stream.
 *
 * AWS calls: one transaction for each target and 99 events; one more where events came a second time or
 * another writer stood in the way (8 at the most, with full jitter). Throws ChangesNotApplied.
 */
export async function applyOnce(
  runtime: Runtime,
  consumer: string,
  changes: readonly Change[],
): Promise<void> {
  const failures = new Map<string, unknown>();
  await Promise.all(
    byTarget(changes).map(async (sameTarget) => {
      // One after the other: transactions on one item conflict.
      for (const chunk of chunksOf(sameTarget, MARKERS_PER_TRANSACTION)) {
        try {
          await applyChunk(runtime, consumer, chunk);
        } catch (error) {
          for (const { eventId } of chunk) failures.set(eventId, error);
        }
      }
    }),
  );
  if (failures.size > 0) throw new ChangesNotApplied(failures, failures.values().next().value);
}

/** The changes of each target, an event once in each. */
function byTarget(changes: readonly Change[]): Change[][] {
  const targets = new Map<string, Map<string, Change>>();
  for (const change of changes) {
    const name = JSON.stringify([change.target.pk, change.target.sk]);
    const sameTarget = targets.get(name) ?? new Map<string, Change>();
    if (!sameTarget.has(change.eventId)) sameTarget.set(change.eventId, change);
    targets.set(name, sameTarget);
  }
  return Array.from(targets.values(), (sameTarget) => [...sameTarget.values()]);
}

async function applyChunk(runtime: Runtime, consumer: string, changes: readonly Change[]): Promise<void> {
  let open = changes;
  for (let attempt = 1; ; attempt++) {
    const [first] = open;
    if (!first) return;
    try {
      await runtime.dynamo.send(new TransactWriteCommand(transaction(runtime, consumer, first.target, open)));
      return;
    } catch (error) {
      const fresh = withoutRepeats(open, error);
      const repeats = open.length - fresh.length;
      if (repeats === 0 && (attempt >= MAX_ATTEMPTS || !isTransient(error))) throw error;
      if (repeats === 0) {
        await fullJitter(runtime, attempt, { maxMs: 1_000 });
      }
      open = fresh;
    }
  }
}

function transaction(
  runtime: Runtime,
  consumer: string,
  target: ItemKey,
  changes: readonly Change[],
): TransactWriteCommandInput {
  const TableName = runtime.setting('READ_MODEL_TABLE');
  const expiresAt = inboxExpiry(runtime);
  const markers = changes.map(({ eventId }) => ({
    Put: {
      TableName,
      Item: { ...inboxKey(consumer, eventId, target), expiresAt },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  }));
  const items = [...markers, { Update: { TableName, Key: target, ...addition(changes) } }];
  return { TransactItems: items, ClientRequestToken: tokenOf(items) };
}

function addition(changes: readonly Change[]) {
  const sums = new Map<string, number>();
  for (const { add } of changes) {
    for (const [name, amount] of Object.entries(add)) sums.set(name, (sums.get(name) ?? 0) + amount);
  }
  const entries = [...sums];
  return {
    UpdateExpression: `ADD ${entries.map((_, index) => `#n${index} :n${index}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(entries.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(entries.map(([, sum], index) => [`:n${index}`, sum])),
  };
}

// DynamoDB takes a second request with the same token within ten minutes for the same transaction, and refuses
// it where the content differs: so the token is the content.
const tokenOf = (items: unknown): string =>
  createHash('sha256').update(JSON.stringify(items)).digest('hex').slice(0, 36);

function withoutRepeats(changes: readonly Change[], error: unknown): readonly Change[] {
  if (!(error instanceof TransactionCanceledException)) return changes;
  const reasons = error.CancellationReasons ?? [];
  return changes.filter((_, index) => reasons[index]?.Code !== 'ConditionalCheckFailed');
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
