import type { AggregateType, DomainEvent, DomainEventFrom } from '#domain/index.ts';
import type { EventRegistry } from '#kit/events/registry.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';

/** The events table, read as the truth. */
export interface History {
  events: readonly DomainEvent[];
  /** By stream id, in the order of versions. */
  streams: ReadonlyMap<string, readonly DomainEvent[]>;
  streamsOf<Type extends AggregateType>(type: Type): DomainEventFrom<Type>[][];
}

export function historyOf(items: readonly Item[], registry: EventRegistry): History {
  const events = items.map((item) => registry.upcast(item) as DomainEvent);
  const streams = new Map<string, DomainEvent[]>();
  for (const event of events) {
    const stream = streams.get(event.streamId) ?? [];
    stream.push(event);
    streams.set(event.streamId, stream);
  }
  for (const stream of streams.values()) stream.sort((a, b) => a.version - b.version);
  return {
    events,
    streams,
    streamsOf: <Type extends AggregateType>(type: Type) =>
      [...streams.values()].filter(
        (stream): stream is DomainEventFrom<Type>[] => stream[0]?.aggregateType === type,
      ),
  };
}
