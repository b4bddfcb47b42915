import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { dueKeysOf } from './due-keys.ts';
import { AppendTooLarge, ConcurrencyConflict } from './errors.ts';
import { type EventItem, toItem } from './event-item.ts';

/** Of one TransactWriteItems (DynamoDB developer guide, "Amazon DynamoDB Transactions"). */
export const MAX_EVENTS_PER_COMMAND = 100;

/** An SNS message takes 256 KiB with its attributes; an item of the table 400 KB. Bytes of JSON. */
export const MAX_EVENT_BYTES = 240 * 1024;

/**
 * The items of one TransactWriteItems take 4 MB (DynamoDB developer guide, "Amazon DynamoDB Transactions"). Bytes of JSON: as an item an
 * event has its keys of the indexes and filter attributes besides, and numbers are counted otherwise.
 */
export const MAX_APPEND_BYTES = 3.5 * 1024 * 1024;

const CONDITION = 'attribute_not_exists(streamId)';

/**
 * Appends the events of one command to one stream, all or none: a conditional put for one, a transaction for
 * several. Their versions must follow each other. An answer that was lost on the way is no conflict: an item
 * that is already ours counts as written.
 *
 * Throws ConcurrencyConflict where a version is taken, AppendTooLarge for more than 100 events, an event above 240 KiB
 * or events above 3.5 MiB together; nothing is written then.
 */
export async function append(runtime: Runtime, events: readonly StoredEvent[]): Promise<void> {
  const [first, ...rest] = events;
  if (!first) return;
  refuseTooLarge(events);
  if (rest.length === 0) await putOne(runtime, first);
  else await putAll(runtime, first, events);
}

/** With what subscriptions filter on and when it falls due, so that whoever publishes or sends it need not know its schema. */
function itemOf({ application: { registry } }: Runtime, event: StoredEvent): EventItem {
  const { eventType: _, aggregateType: __, ...attributes } = registry.messageAttributes(event);
  return toItem(registry.asWritten(event), attributes, dueKeysOf(event, registry.dueAt(event)));
}

async function putOne(runtime: Runtime, event: StoredEvent): Promise<void> {
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        Item: itemOf(runtime, event),
        ConditionExpression: CONDITION,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const existing = error.Item && unmarshall(error.Item);
    if (existing?.eventId !== event.eventId)
      throw new ConcurrencyConflict(runtime.redact(event.streamId), event.version, existing);
  }
}

async function putAll(runtime: Runtime, first: StoredEvent, events: readonly StoredEvent[]): Promise<void> {
  const TableName = runtime.setting('EVENTS_TABLE');
  try {
    await runtime.dynamo.send(
      new TransactWriteCommand({
        // A repeat within ten minutes, by the SDK's own retry, is then the same transaction.
        ClientRequestToken: first.eventId,
        TransactItems: events.map((event) => ({
          Put: {
            TableName,
            Item: itemOf(runtime, event),
            ConditionExpression: CONDITION,
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        })),
      }),
    );
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const reasons = error.CancellationReasons ?? [];
    if (!reasons.some(({ Code }) => Code === 'ConditionalCheckFailed' || Code === 'TransactionConflict'))
      throw error;
    const taken = reasons[0]?.Item && unmarshall(reasons[0].Item);
    if (taken?.eventId !== first.eventId)
      throw new ConcurrencyConflict(runtime.redact(first.streamId), first.version, taken);
  }
}

function refuseTooLarge(events: readonly StoredEvent[]): void {
  if (events.length > MAX_EVENTS_PER_COMMAND) {
    throw new AppendTooLarge(
      `${events.length} events in one command; ${MAX_EVENTS_PER_COMMAND} are possible`,
    );
  }
  let sum = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(JSON.stringify(event));
    if (bytes > MAX_EVENT_BYTES) {
      throw new AppendTooLarge(`a ${event.eventType} of ${bytes} bytes; ${MAX_EVENT_BYTES} are possible`);
    }
    sum += bytes;
  }
  if (sum > MAX_APPEND_BYTES) {
    throw new AppendTooLarge(
      `${events.length} events of ${sum} bytes in one command; ${MAX_APPEND_BYTES} are possible`,
    );
  }
}
