import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventItem, type PublishableEvent, toPublishable } from '#kit/event-store/event-item.ts';
import { publish } from '#kit/messaging/publish.ts';
import { reportAlteredEvents } from './altered-events.ts';

/**
 * The outbox's other end: what the events table's stream brings goes to the topic. At least once. The lowest sequence
 * number that was not published is returned: the stream goes on from there, so that what follows it is published again
 * rather than anything left out. An event that can never be published, or that was altered after it was appended, is
 * reported and passed over.
 */
export async function publishRecords(
  runtime: Runtime,
  records: readonly DynamoDBRecord[],
): Promise<DynamoDBBatchResponse> {
  reportAlteredEvents(runtime, records);
  const added = records
    .filter(({ eventName }) => eventName === 'INSERT')
    .map((record) => ({ record, event: eventOf(record) }));
  const { failed } = await publish(
    runtime,
    added.map(({ event }) => event),
  );
  // Records arrive in the order of their sequence numbers: the first that failed is the lowest.
  const lowest = added.find(({ event }) => failed.has(event.eventId));
  return { batchItemFailures: lowest ? [{ itemIdentifier: sequenceNumberOf(lowest.record) }] : [] };
}

const eventOf = ({ dynamodb }: DynamoDBRecord): PublishableEvent =>
  toPublishable(unmarshall(dynamodb?.NewImage as Record<string, AttributeValue>) as unknown as EventItem);

function sequenceNumberOf({ dynamodb }: DynamoDBRecord): string {
  const sequenceNumber = dynamodb?.SequenceNumber;
  if (!sequenceNumber) throw new Error('a stream record without a sequence number');
  return sequenceNumber;
}
