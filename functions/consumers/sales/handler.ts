import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { applyOnce, type Change, ChangesNotApplied } from '#kit/projections/inbox.ts';
import { salesKey, salesScope, salesShardOf } from '#read-model/keys.ts';
import { salesChanges } from './sales-changes.ts';

/** Counts the sales of each day, exactly. AWS calls: those of `applyOnce` for each day in the batch, which goes to one shard. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(runtime, async (deliveries) => {
    const shard = salesShardOf(deliveries[0]?.event.eventId ?? '');
    try {
      await applyOnce(
        runtime,
        runtime.setting('CONSUMER'),
        deliveries.flatMap(({ event }) => changesOf(event as DomainEvent, shard)),
      );
      return new Map();
    } catch (error) {
      if (!(error instanceof ChangesNotApplied)) throw error;
      const { failures } = error;
      const failed = deliveries.filter(({ event }) => failures.has(event.eventId));
      return new Map(failed.map(({ messageId, event }) => [messageId, failures.get(event.eventId)]));
    }
  });

export const handler = createHandler(
  createRuntime(application, { dynamo: dynamoClient(), sqs: sqsClient() }),
);

function changesOf(event: DomainEvent, shard: number): Change[] {
  const change = salesChanges(event);
  if (!change) return [];
  const { day, add } = change;
  const scope = salesScope(day, event.aggregateId);
  return [
    { eventId: event.eventId, target: salesKey(day, shard), scope, add: add as Record<string, number> },
  ];
}
