import { v7 } from 'uuid';
import { type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import type { EventRegistry } from '#kit/events/registry.ts';

/** A stream as it would be stored, with ids and times of its own: the first event at `at`, then a second apart. */
export const storedStreamAt = (
  registry: EventRegistry,
  at: string,
  aggregateType: string,
  aggregateId: string,
  events: readonly NewEvent[],
): StoredEvent[] =>
  events.map(({ eventType, data }, index) => {
    const time = Date.parse(at) + index * 1_000;
    const eventId = v7({ msecs: time });
    const metadata = {
      userId: 'ada',
      timestamp: new Date(time).toISOString(),
      correlationId: 'correlation-1',
      causationId: 'request-1',
      commandId: eventId,
    };
    return {
      streamId: streamIdOf(aggregateType, aggregateId),
      version: index + 1,
      eventId,
      aggregateType,
      aggregateId,
      eventType,
      schemaVersion: registry.currentSchemaVersion(eventType),
      data,
      metadata,
    };
  });
