import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { timeOf } from '../../../shared/config/ids.ts';
import type { Runtime } from '../../../shared/config/runtime.ts';
import type { StoredEvent } from '../../../shared/domain/event.ts';
import { getStored, readKeysByType } from '../../../shared/event-store/by-type.ts';
import type { EventItem } from '../../../shared/event-store/item.ts';
import { lastVersion } from '../../../shared/event-store/last-version.ts';
import { withoutEmails } from '../../../shared/observability/personal-data.ts';
import { InvalidOperation } from '../../../shared/operations/input.ts';
import type { Continuation, Request } from './input.ts';

export interface Page {
  /** As they were written, not lifted: consumers do that, and what this code cannot read goes out all the same. */
  events: StoredEvent[];
  /** Where to go on after this page; absent at the end. */
  next?: Pick<Continuation, 'window' | 'type' | 'after'>;
  /** How far the whole is with it, 0–1. */
  progress: number;
}

/** A stream in the order of its versions. Throws InvalidOperation where there is no such stream. */
export async function* pagesOfStream(
  runtime: Runtime,
  streamId: string,
  { after }: Continuation,
  size: number,
): AsyncIterable<Page> {
  const last = await lastVersion(runtime, streamId);
  if (last === 0) throw new InvalidOperation(`there is no stream ${withoutEmails(streamId)}`);
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
    const events = (Items as EventItem[]).map(withoutIndex);
    version = events.at(-1)?.version ?? last;
    yield { events, progress: version / last, ...(version < last && { next: { after: version } }) };
  }
}

/** Window by window, in each one type after the other, in each of these in the order of time. */
export async function* pagesOfWindows(
  runtime: Runtime,
  types: Request['types'],
  { windows = [], window: firstWindow = 0, type: firstType = 0, after: first }: Continuation,
  size: number,
): AsyncIterable<Page> {
  const steps = windows.length * types.length;
  let after = typeof first === 'string' ? first : undefined;
  for (let step = firstWindow * types.length + firstType; step < steps; step++) {
    const range = windows[Math.floor(step / types.length)];
    const eventType = types[step % types.length];
    if (!range || !eventType) return;
    for (;;) {
      const { keys, next } = await readKeysByType(runtime, { eventType, ...range, limit: size, after });
      const events = (await getStored(runtime, keys)).map(withoutIndex);
      const part = next ? (timeOf(next) - range.from) / (range.to - range.from) : 1;
      const at = next ? step : step + 1;
      const place = { window: Math.floor(at / types.length), type: at % types.length };
      yield {
        events,
        progress: (step + part) / steps,
        ...(at < steps && { next: next ? { ...place, after: next } : place }),
      };
      after = next;
      if (!next) break;
    }
  }
}

function withoutIndex({ typeDayShard: _, ...event }: EventItem): StoredEvent {
  return event;
}
