import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { EventMissing } from '#kit/events/unreadable-event.ts';

export interface LoadOptions {
  /** Only what comes after this version; 0 = from the start. */
  after?: number;
  /** At the most so many events. */
  limit?: number;
  /** False = eventually consistent, at half the read units: for those who can live with what was there a moment ago. */
  consistent?: boolean;
}

/**
 * The events of one stream in the order of their versions, lifted to today's schemas; none = no such stream.
 * Strongly consistent, unless asked otherwise: everything that was acknowledged is there. Throws UnreadableEvent: for an event that this
 * code is too old for it names the type and version, for a version that is missing (EventMissing) that one. `Event` is what the caller's registry makes of events.
 */
export async function load<Event extends StoredEvent = StoredEvent>(
  runtime: Runtime,
  streamId: string,
  options: LoadOptions = {},
): Promise<Event[]> {
  const { after = 0, limit = Number.POSITIVE_INFINITY, consistent = true } = options;
  const { upcast } = runtime.application.registry;
  const events: Event[] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        KeyConditionExpression: 'streamId = :streamId AND #version > :after',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':streamId': streamId, ':after': after },
        ConsistentRead: consistent,
        Limit: Number.isFinite(limit) ? limit - events.length : undefined,
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? []) {
      const version = (events.at(-1)?.version ?? after) + 1;
      if (item.version !== version) throw new EventMissing(streamId, version);
      events.push(upcast(item) as Event);
    }
    start = page.LastEvaluatedKey;
  } while (start && events.length < limit);
  return events;
}
