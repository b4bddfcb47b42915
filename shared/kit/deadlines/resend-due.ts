import * as z from 'zod';
import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { checkInput, InvalidOperation, time } from '#kit/operations/input.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { sendDueEvents } from './due-message.ts';
import { LOOK_AHEAD_MS, PAGE_SIZE } from './tick.ts';
import { minuteOf, PARTITIONS, walkDue } from './walk-due.ts';

const BUDGET_MS = 10_000;
/** Messages a second: the consumer has its usual messages to handle as well. */
const DEFAULT_RATE = 100;
/** Of one time; its partitions are in memory. */
const MAX_DAYS = 31;

const continuationToken = z.strictObject({
  /** As `DueCursor`. */
  partition: z.string(),
  after: z.record(z.string(), z.string()),
  /** ms since 1970: the end of the time. */
  to: z.int(),
});

const input = z.strictObject({
  /** ISO 8601, inclusive, to the minute. */
  from: time,
  /** ISO 8601; what a tick would have sent by now when absent or later. */
  to: time.optional(),
  /** Messages a second; 100 when absent. */
  rate: z.int().positive().default(DEFAULT_RATE),
  /** Counts, and sends nothing. */
  dryRun: z.boolean().default(false),
  /** As the step before answered it. */
  continuationToken: continuationToken.optional(),
});

export interface ResentDue {
  dryRun: boolean;
  /** ISO; the time that all steps work on. */
  from: string;
  to: string;
  /** Messages that this step has sent; in a dry run, that it would send. */
  sent: number;
  /** How far the whole is, 0–1. */
  progress: number;
  /** ISO: all that falls due before it is sent. */
  reached: string;
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: z.infer<typeof continuationToken>;
}

/**
 * Sends a message again for each event that fell due in a time, also where nothing was lost: whose deadline has had its effect, or
 * is no longer awaited, has no effect now. For messages that the queue or its dead letters lost, of which the tick knows nothing.
 *
 * Works for ten seconds or so and answers how to go on. It keeps no state, and leaves that of the tick alone: ticks at the
 * same time send what falls due meanwhile. Killed, the same step can run again.
 *
 * Throws InvalidOperation; NotSent, or what DynamoDB or SQS throws. AWS calls: 4 queries for each minute; one SendMessageBatch for
 * each 10 events.
 */
export async function resendDue(runtime: Runtime, given: unknown): Promise<ResentDue> {
  const { from, rate, dryRun, continuationToken: token, ...asked } = checkInput(input, given);
  const begin = runtime.now();
  const to = token?.to ?? endOf(begin, from, asked.to);
  const rateLimiter = createRateLimiter(runtime, rate);
  // A round is sent within five seconds or so: the function stops between rounds only.
  const pageSize = dryRun ? PAGE_SIZE : Math.min(PAGE_SIZE, Math.ceil((5 * rate) / PARTITIONS));
  let sent = 0;
  const answer = (reached: number): ResentDue => ({
    dryRun,
    from: iso(from),
    to: iso(to),
    sent,
    progress: Math.min(1, Math.max(0, (reached - from) / (to - from))),
    reached: iso(reached),
  });
  for await (const { events, next } of walkDue(runtime, { from, to }, pageSize, token)) {
    for (const batch of chunksOf(events, Math.min(MAX_BATCH_ENTRIES, rate))) {
      if (!dryRun) {
        await rateLimiter(batch.length);
        await sendDueEvents(runtime, batch);
      }
      sent += batch.length;
    }
    if (next && runtime.now() >= begin + BUDGET_MS) {
      log(runtime, dryRun, sent);
      return { ...answer(minuteOf(next.partition)), continuationToken: { ...next, to } };
    }
  }
  log(runtime, dryRun, sent);
  return answer(to);
}

function endOf(now: number, from: number, asked: number | undefined): number {
  const end = now + LOOK_AHEAD_MS;
  if (from >= now) throw new InvalidOperation('from must be in the past');
  if (asked !== undefined && from >= asked) throw new InvalidOperation('from must be before to');
  const to = Math.min(asked ?? end, end);
  if (to - from > MAX_DAYS * DAY_MS) {
    throw new InvalidOperation(`from and to must be at most ${MAX_DAYS} days apart`);
  }
  return to;
}

function log(runtime: Runtime, dryRun: boolean, sent: number): void {
  if (!dryRun) runtime.metrics.count('DeadlinesSent', sent);
  runtime.logger.info('due events sent again', { dryRun, sent });
}

const iso = (ms: number): string => new Date(ms).toISOString();
