import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { inboxExpiry } from '#kit/projections/inbox.ts';
import { inboxKey } from '#kit/projections/keys.ts';

/** What `consumer` remembered of this event, `undefined` where that is nothing. AWS calls: one consistent get. */
export async function recallOf(runtime: Runtime, consumer: string, event: StoredEvent): Promise<unknown> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: memoryKey(consumer, event),
      ConsistentRead: true,
    }),
  );
  return Item?.value;
}

/** Keeps a value for 30 days, unless one is there. AWS calls: one conditional put. */
export async function rememberOf(
  runtime: Runtime,
  consumer: string,
  event: StoredEvent,
  value: unknown,
): Promise<void> {
  await putIfAbsent(runtime, { ...memoryKey(consumer, event), value, expiresAt: inboxExpiry(runtime) });
}

const memoryKey = (consumer: string, { eventId }: StoredEvent) =>
  inboxKey(consumer, eventId, { pk: 'POLICY', sk: 'MEMORY' });
