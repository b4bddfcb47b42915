import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { type StoredEvent, streamIdOf } from '#kit/events/event.ts';

type Fact = Pick<StoredEvent, 'aggregateType' | 'aggregateId' | 'version' | 'eventType' | 'data'>;

/** An event as it would be stored, past everything that would refuse it; `at`: when, in ms since 1970. */
export const envelope = (fact: Fact, at = Date.now()): StoredEvent => ({
  ...fact,
  streamId: streamIdOf(fact.aggregateType, fact.aggregateId),
  eventId: v7({ msecs: at }),
  schemaVersion: 1,
  metadata: {
    userId: 'rehearsal',
    timestamp: new Date(at).toISOString(),
    correlationId: `rehearsal-${fact.eventType}`,
    causationId: 'rehearsal',
    commandId: randomUUID(),
  },
});
