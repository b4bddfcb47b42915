import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { type EventItem, type PublishableEvent, toPublishable } from '#kit/event-store/event-item.ts';
import { lastVersion } from '#kit/event-store/last-version.ts';
import { type WalkCursor, walkByType } from '#kit/event-store/walk-by-type.ts';
import { InvalidOperation } from '#kit/operations/input.ts';
import type { ContinuationToken, Request } from './input.ts';

export interface Page {
  /** As they were written, not lifted: consumers do that, and what this code cannot read goes out all the same. */
  events: PublishableEvent[];
  /** Where to go on after this page; absent at the end. */
  next?: Pick<ContinuationToken, 'window' | 'type' | 'after'>;
  /** How far the whole is with it, 0–1. */
  progress: number;
}

/** A stream in the order of its versions. Throws InvalidOperation where there is no such stream. */
export async function* pagesOfStream(
  runtime: Runtime,
  streamId: string,
  { after }: ContinuationToken,
  size: number,
): AsyncIterable<Page> {
  const last = await lastVersion(runtime, streamId);
  if (last === 0) throw new InvalidOperation(`there is no stream ${runtime.redact(streamId)}`);
  let version = Number(after ?? 0);
  while (version < last) {
    const { Items = [] } = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('EVENTS_TABLE'),
        KeyConditionExpression: 'streamId = :streamId AND #version > :after',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':streamId': streamId, ':after': version },
        ConsistentRead: true,
        Limit: size,
      }),
    );
    const events = (Items as EventItem[]).map(toPublishable);
    version = events.at(-1)?.version ?? last;
    yield { events, progress: version / last, ...(version < last && { next: { after: version } }) };
  }
}

/** Window by window, in each one type after the other, in each of these in the order of time. */
export async function* pagesOfWindows(
  runtime: Runtime,
  types: Request['types'],
  { windows = [], window: first = 0, type: firstType = 0, after }: ContinuationToken,
  size: number,
): AsyncIterable<Page> {
  const eventType = types[firstType];
  const place =
    eventType === undefined ? undefined : { eventType, ...(typeof after === 'string' && { after }) };
  for (const [index, range] of windows.entries()) {
    if (index < first) continue;
    const start = index === first ? place : undefined;
    for await (const { keys, next, progress } of walkByType(runtime, types, range, start, size)) {
      const goesOn = next !== undefined || index + 1 < windows.length;
      yield {
        events: (await getStored(runtime, keys)).map(toPublishable),
        progress: (index + progress) / windows.length,
        ...(goesOn && { next: next ? { window: index, ...continued(types, next) } : { window: index + 1 } }),
      };
    }
  }
}

const continued = (types: Request['types'], { eventType, after }: WalkCursor) => ({
  type: types.indexOf(eventType),
  ...(after !== undefined && { after }),
});
