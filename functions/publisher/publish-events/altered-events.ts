import type { DynamoDBRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';

/**
 * Reports records of events that somebody changed or deleted after they were appended. Nothing of ours does, and the table's policy denies
 * it (resources/stack/tables.yml), but for an unconditional put of the same key. They are never published: consumers have
 * handled the event as it was.
 */
export function reportAlteredEvents({ logger, metrics }: Runtime, records: readonly DynamoDBRecord[]): void {
  for (const { eventName, dynamodb } of records) {
    if (eventName === 'INSERT') continue;
    const { streamId, version } = dynamodb?.Keys ?? {};
    metrics.count('EventsAltered');
    logger.error('event altered', {
      hop: 'publish',
      change: eventName,
      streamId: streamId?.S,
      version: Number(version?.N),
      sequenceNumber: dynamodb?.SequenceNumber,
    });
  }
}
