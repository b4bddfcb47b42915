import type { Runtime } from '#kit/config/runtime.ts';
import type { EventMetadata, StoredEvent } from '#kit/events/event.ts';

/**
 * Whose command it is when a consumer sends one because of an event. The cause's `eventId` is the commandId, so that
 * the event may arrive as often as it likes: a stream that holds the command's events answers with those. Two
 * commands of one cause on one stream need a `commandId` each.
 */
export const consumerCommand = (
  runtime: Runtime,
  cause: StoredEvent,
  commandId: string = cause.eventId,
): Omit<EventMetadata, 'timestamp'> => ({
  userId: `consumer:${runtime.setting('CONSUMER')}`,
  correlationId: cause.metadata.correlationId,
  causationId: cause.eventId,
  commandId,
});
