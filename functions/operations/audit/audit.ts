import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { walkByType } from '#kit/event-store/walk-by-type.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { checkDelivery, type Finding } from './check-delivery.ts';
import { auditedTypes } from './delivery-checks.ts';
import type { ContinuationToken, WindowRequest } from './input.ts';
import { REDELIVERIES_PER_SECOND, redeliver } from './redeliver.ts';

const BUDGET_MS = 10_000;
const PAGE_SIZE = 100;
/** An answer of Lambda takes 6 MB. */
const MAX_FINDINGS = 5_000;

export interface Audited {
  /** The whole time that is looked at, ISO 8601; `to` is not later than the limit allows. */
  from: string;
  to: string;
  /** Looked at in this chunk. */
  events: number;
  /** What had not arrived, in the order in which it was found. */
  behind: Finding[];
  /** Messages that went out for it. */
  redelivered: number;
  /** How far the whole is, 0–1. */
  progress: number;
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: ContinuationToken;
}

/**
 * Compares every event of a time, unless it is younger than the limit, with what its consumers have; sends again what
 * is behind. Works for ten seconds or so and answers how to go on. Throws NotSent, or what SQS throws.
 * AWS calls for each 100 events of a type: 4 queries for each day touched, one or two batch gets; what is behind comes
 * on top (see `heal`).
 */
export async function audit(runtime: Runtime, request: WindowRequest): Promise<Audited> {
  const { limit, continuationToken } = request;
  const begin = runtime.now();
  const { from, to, place } = continuationToken ?? {
    from: request.from ?? begin - DAY_MS,
    to: Math.min(request.to ?? begin, begin - limit * 1_000),
    place: undefined,
  };
  const answer: Audited = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    events: 0,
    behind: [],
    redelivered: 0,
    progress: 1,
  };
  if (from >= to) return answer;
  const rateLimiter = createRateLimiter(runtime, REDELIVERIES_PER_SECOND);
  for await (const page of walkByType(runtime, auditedTypes, { from, to }, place, PAGE_SIZE)) {
    const behind = await checkDelivery(runtime, page.eventType, page.keys);
    if (request.redeliver) answer.redelivered += await redeliver(runtime, behind, rateLimiter);
    answer.behind.push(...behind);
    answer.events += page.keys.length;
    const enough = runtime.now() >= begin + BUDGET_MS || answer.behind.length >= MAX_FINDINGS;
    if (page.next && enough) {
      return { ...answer, progress: page.progress, continuationToken: { from, to, place: page.next } };
    }
  }
  return answer;
}
