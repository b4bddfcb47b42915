import {
  type AggregateType,
  type DomainEventFrom,
  eventDefinitions,
  type NewDomainEvent,
  registry,
} from '#domain/index.ts';
import { streamIdOf } from '#kit/events/event.ts';

/** When version n of a stream made by `storedStream` was appended: minute n of 2026-01-01. */
export const timeOf = (version: number): string => new Date(Date.UTC(2026, 0, 1, 0, version)).toISOString();

/** The decided events of one aggregate as they would be stored: versions 1, 2, 3 …, a minute apart. */
export function storedStream<Aggregate extends AggregateType>(
  aggregateType: Aggregate,
  aggregateId: string,
  events: readonly NewDomainEvent[],
): DomainEventFrom<Aggregate>[] {
  return events.map((event, index) => {
    const { eventType, data } = event;
    if (eventDefinitions[eventType].aggregateType !== aggregateType) {
      throw new Error(`${eventType} is no event of ${aggregateType}`);
    }
    const version = index + 1;
    return {
      streamId: streamIdOf(aggregateType, aggregateId),
      version,
      eventId: `0192f000-0000-7000-8000-${String(version).padStart(12, '0')}`,
      aggregateType,
      aggregateId,
      eventType,
      schemaVersion: registry.currentSchemaVersion(eventType),
      data,
      metadata: {
        userId: 'ada',
        timestamp: timeOf(version),
        correlationId: 'correlation-1',
        causationId: 'request-1',
        commandId: `command-${version}`,
      },
    } as DomainEventFrom<Aggregate>;
  });
}
