import * as z from 'zod';
import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, getStored } from '#kit/event-store/by-type.ts';
import { type EventItem, toPublishable } from '#kit/event-store/event-item.ts';
import { walkByTime } from '#kit/event-store/walk-by-time.ts';
import { timeOf } from '#kit/events/ids.ts';
import { matchesFilter } from '#kit/messaging/filter-policy.ts';
import { attributesOf } from '#kit/messaging/outgoing-message.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { checkInput, InvalidOperation, time } from '#kit/operations/input.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { sendAll } from '#kit/operations/send-all.ts';
import { type Subscription, subscriptionOf, takesType } from '#kit/operations/subscriptions.ts';

const BUDGET_MS = 10_000;
/** What one BatchGetItem brings. */
const PAGE_SIZE = 100;
/** Events a second: the consumer has its usual events to handle as well. */
const DEFAULT_RATE = 100;

const continuationToken = z.strictObject({
  /** The `eventId` that was the last to be read. */
  after: z.string(),
  /** ms since 1970: when the first step began, and the end of the range. */
  startedAt: z.int(),
  to: z.int(),
});

const input = z.strictObject({
  consumer: z.string(),
  /** ISO 8601, inclusive. */
  from: time,
  /** ISO 8601, exclusive; now when absent or later. */
  to: time.optional(),
  /** Events a second; 100 when absent. */
  rate: z.int().positive().default(DEFAULT_RATE),
  /** Also what is older than the consumer remembers. */
  old: z.boolean().default(false),
  /** Counts, and sends nothing. */
  dryRun: z.boolean().default(false),
  /** As the step before answered it. */
  continuationToken: continuationToken.optional(),
});

export interface Backfilled {
  consumer: string;
  /** Set where it is a projection: a rebuild reaches the same, and sends nothing. */
  projection?: true;
  dryRun: boolean;
  /** ISO; the range that all steps work on. */
  from: string;
  to: string;
  /** Events of this step that the queue has now; in a dry run, that it would get. */
  sent: number;
  /** Events (`eventId`) of this step that no repetition can send; see the log for why. */
  refused?: string[];
  /** Left out since the consumer, had it handled them, would have forgotten it; `old: true` takes them in. */
  tooOld: number;
  /** How far the whole is, 0–1. */
  progress: number;
  /** ISO: everything before it is done. */
  reached: string;
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: z.infer<typeof continuationToken>;
}

/**
 * Sends the events of a time that a consumer's filter lets through to its queue, and to no other: in the order of time, a
 * stream's events by version. As they were stored. The filter is the one that was deployed last.
 *
 * Works for ten seconds or so and answers how to go on; it keeps no state anywhere. Killed, the same step can run again: events
 * that it had sent already go out a second time, which consumers take. Events older than 29 days are left out unless they are
 * asked for: the consumer may have handled them and forgotten it. A projection goes by versions and forgets none.
 *
 * Throws InvalidOperation; NotSent, or what DynamoDB or SQS throws. AWS calls: for each page of 100 events 4 queries for each type
 * and day, a batch get and ten sends.
 */
export async function backfill(runtime: Runtime, given: unknown): Promise<Backfilled> {
  const request = checkInput(input, given);
  const { consumer, from, rate, dryRun } = request;
  const subscription = subscriptionOf(runtime, consumer);
  const { startedAt, to } = request.continuationToken ?? begin(runtime, request);
  const isProjection = runtime.application.projections.includes(consumer);
  const oldest = request.old || isProjection ? 0 : startedAt - REPEATABLE_MS;

  const rateLimiter = createRateLimiter(runtime, rate);
  const deadline = runtime.now() + BUDGET_MS;
  // A page is sent within five seconds: the function stops between pages only.
  const size = Math.min(PAGE_SIZE, 5 * rate);
  const refused = new Set<string>();
  let sent = 0;
  let tooOld = 0;
  const answer = (progress: number, after?: string): Backfilled => ({
    consumer,
    ...(isProjection && { projection: true }),
    dryRun,
    from: iso(from),
    to: iso(to),
    sent: sent - refused.size,
    ...(refused.size > 0 && { refused: [...refused] }),
    tooOld,
    progress,
    reached: iso(after === undefined ? to : timeOf(after)),
    ...(after !== undefined && { continuationToken: { after, startedAt, to } }),
  });

  const types = typesOf(runtime, subscription);
  const pages = walkByTime(runtime, types, { from, to }, request.continuationToken?.after, size);
  for await (const { keys, next, progress } of pages) {
    const matching = await readMatching(runtime, subscription, keys);
    const items = matching.filter(({ eventId }) => timeOf(eventId) >= oldest);
    tooOld += matching.length - items.length;
    if (!dryRun) {
      for (const chunk of chunksOf(items, rate)) {
        for (const id of await sendAll(runtime, subscription, chunk, rateLimiter, 'backfilled'))
          refused.add(id);
      }
    }
    sent += items.length;
    if (next !== undefined && runtime.now() >= deadline) return answer(progress, next);
  }
  runtime.logger.info('backfill', { consumer, dryRun, sent: sent - refused.size });
  return answer(1);
}

/** What is appended from now on comes by itself. */
function begin(runtime: Runtime, { from, to }: Pick<z.infer<typeof input>, 'from' | 'to'>) {
  const now = runtime.now();
  if (to !== undefined && from >= to) throw new InvalidOperation('from must be before to');
  if (from >= now) throw new InvalidOperation('from must be in the past');
  return { startedAt: now, to: Math.min(to ?? now, now) };
}

const typesOf = ({ application: { registry } }: Runtime, { filter }: Subscription): string[] =>
  registry.eventTypes.filter((eventType) =>
    takesType(filter, { eventType, aggregateType: registry.aggregateTypeOf(eventType) }),
  );

const readMatching = async (
  runtime: Runtime,
  { filter }: Subscription,
  keys: readonly EventKey[],
): Promise<EventItem[]> =>
  (await getStored(runtime, keys)).filter((item) =>
    matchesFilter(filter, attributesOf(runtime, toPublishable(item))),
  );

const iso = (ms: number): string => new Date(ms).toISOString();
