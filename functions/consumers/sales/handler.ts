import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { dynamoClient, sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import { applyOnce, type Change, ChangesNotApplied } from '#kit/projections/inbox.ts';
import { salesKey, salesShardOf } from '#read-model/keys.ts';
import { salesChanges } from './sales-changes.ts';

/** Counts the sales of each day, exactly. AWS calls: one transaction for each day and shard in the batch. */
export const createHandler = (runtime: Runtime) =>
  createConsumer(runtime, async (deliveries) => {
    try {
      await applyOnce(
        runtime,
        runtime.setting('CONSUMER'),
        deliveries.flatMap(({ event }) => changesOf(event as DomainEvent)),
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

function changesOf(event: DomainEvent): Change[] {
  const change = salesChanges(event);
  if (!change) return [];
  const target = salesKey(change.day, salesShardOf(event.aggregateId));
  return [{ eventId: event.eventId, target, add: change.add as Record<string, number> }];
}
