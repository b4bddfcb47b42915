import type { StoredEvent } from '#kit/events/event.ts';
import type { Delivery, Failures, Handle } from './delivery.ts';

// A handler says which events its registry makes of messages; the queue's filter decides which of them come.

/** Handles each message by itself, so many at a time; one that throws fails alone. */
export function each<Event extends StoredEvent>(
  handle: (event: Event) => Promise<void>,
  { concurrency = 10 } = {},
): Handle {
  return async (deliveries) => {
    const failures: Failures = new Map();
    const waiting = [...deliveries];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        try {
          await handle(next.event as Event);
        } catch (error) {
          failures.set(next.messageId, error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, deliveries.length) }, work));
    return failures;
  };
}

/** Handles the messages of one stream together, in the order of versions; they fail together. */
export function byStream<Event extends StoredEvent>(
  handle: (streamId: string, events: Event[]) => Promise<void>,
): Handle {
  return async (deliveries) => {
    const failures: Failures = new Map();
    await Promise.all(
      [...groupByStream(deliveries)].map(async ([streamId, group]) => {
        try {
          const events = group.map(({ event }) => event).sort((a, b) => a.version - b.version);
          await handle(streamId, events as Event[]);
        } catch (error) {
          for (const { messageId } of group) failures.set(messageId, error);
        }
      }),
    );
    return failures;
  };
}

function groupByStream(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const groups = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const { streamId } = delivery.event;
    groups.set(streamId, [...(groups.get(streamId) ?? []), delivery]);
  }
  return groups;
}
