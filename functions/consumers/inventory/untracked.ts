import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DomainEventOf } from '#domain/index.ts';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { inboxExpiry } from '#kit/projections/inbox.ts';
import { inboxKey } from '#kit/projections/keys.ts';

// A stream remembers the order that it was asked for. A SKU that was never received has no stream: if it is received
// between two deliveries of one OrderCreated, the second would take stock for an order that was promised its goods
// already, or even cancel it. So this is remembered here.

/** The SKUs that were not tracked when this order was first handled. AWS calls: one consistent get. */
export async function readUntracked(
  runtime: Runtime,
  created: DomainEventOf<'OrderCreated'>,
): Promise<Set<string>> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: keyOf(runtime, created),
      ConsistentRead: true,
    }),
  );
  return new Set(Item?.skus as string[] | undefined);
}

/** AWS calls: one conditional put if there are any. */
export async function noteUntracked(
  runtime: Runtime,
  created: DomainEventOf<'OrderCreated'>,
  skus: readonly string[],
): Promise<void> {
  if (skus.length === 0) return;
  await putIfAbsent(runtime, { ...keyOf(runtime, created), skus, expiresAt: inboxExpiry(runtime) });
}

const keyOf = (runtime: Runtime, { eventId }: DomainEventOf<'OrderCreated'>) =>
  inboxKey(runtime.setting('CONSUMER'), eventId, { pk: 'STOCK', sk: 'UNTRACKED' });
