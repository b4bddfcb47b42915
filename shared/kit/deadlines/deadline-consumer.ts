import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { idOfParts } from '#kit/event-store/command-id.ts';
import { type EventItem, fromItem } from '#kit/event-store/event-item.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { consumerIdentity } from '#kit/events/identities.ts';
import { createMessageConsumer } from '#kit/messaging/consume.ts';
import { RetryLater } from '#kit/messaging/retry.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { DUE, type DueEvent, parseDueEvent } from './due-message.ts';

/** The message came before its time, by this function's clock. It comes back when it is due. */
export class NotYetDue extends RetryLater {
  override readonly name = 'NotYetDue';
}

/** The events table does not hold the event of the message: it is of another table, or was made up. */
export class DueEventNotInStore extends Error {
  override readonly name = 'DueEventNotInStore';
}

/**
 * The Lambda handler of the consumer that fires deadlines: makes of each due event the command that its aggregate's
 * `onDue` names, and sends it to the stream of the event. The command's id is a function of stream and version: however
 * often the message comes, the stream holds the events of its deadline once.
 * AWS calls: one consistent get, and those of `handleCommand` where a command follows.
 */
export const createDeadlineConsumer = (runtime: Runtime) =>
  createMessageConsumer(runtime, {
    [DUE]: async (body, receiveCount) => {
      const due = parseDueEvent(body);
      try {
        await fire(runtime, due, receiveCount);
      } catch (error) {
        const { streamId, version, dueAt } = due;
        const line = { hop: 'consumer', streamId, version, dueAt, receiveCount };
        runtime.logger.warn('failed', { ...line, error: error as Error });
        throw error;
      }
    },
  });

async function fire(runtime: Runtime, due: DueEvent, receiveCount: number): Promise<void> {
  const { dueAt, version } = due;
  const now = runtime.now();
  const msLeft = Date.parse(dueAt) - now;
  if (msLeft > 0) throw new NotYetDue(`due at ${dueAt}`, msLeft / 1_000);
  const event = await read(runtime, due);
  const firedAt = new Date(now).toISOString();
  const reaction = runtime.application.registry.whenDue(event, { dueAt, firedAt, version });
  if (reaction) {
    const { events } = await handleCommand(runtime, reaction.aggregate, {
      aggregateId: event.aggregateId,
      command: reaction.command,
      metadata: {
        userId: consumerIdentity(runtime.setting('CONSUMER')),
        correlationId: event.metadata.correlationId,
        causationId: event.eventId,
        commandId: idOfParts(runtime.application.idNamespace, ['deadline', event.streamId, String(version)]),
      },
    });
    for (const { eventType } of events) runtime.metrics.record('DeadlineEvents', 1, eventType);
  }
  runtime.metrics.record('DeadlineLag', now - Date.parse(dueAt));
  runtime.logger.info('handled', { hop: 'consumer', ...logContextOf(event), dueAt, receiveCount });
}

/** Lifted to today's schema. Throws DueEventNotInStore or UnreadableEvent. */
async function read(runtime: Runtime, { streamId, version, eventId }: DueEvent): Promise<StoredEvent> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('EVENTS_TABLE'),
      Key: { streamId, version },
      ConsistentRead: true,
    }),
  );
  if (Item?.eventId !== eventId) {
    throw new DueEventNotInStore(`${runtime.redact(streamId)} has no such event at version ${version}`);
  }
  return runtime.application.registry.upcast(fromItem(Item as EventItem));
}
