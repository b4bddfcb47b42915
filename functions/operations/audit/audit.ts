import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { walkByType } from '#kit/event-store/walk-by-type.ts';
import { timeOf } from '#kit/events/ids.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { checkDelivery, type Finding } from './check-delivery.ts';
import { auditedTypes } from './delivery-checks.ts';
import type { ContinuationToken, WindowRequest } from './input.ts';
import { REDELIVERIES_PER_SECOND, redeliver } from './redeliver.ts';

const BUDGET_MS = 10_000;
const PAGE_SIZE = 100;
/**
 * An event whose writer's clock was ahead is dated in the future. An audit by hand looks so far ahead, so that it does not miss it;
 * the schedule finds it when its time has come.
 */
const AHEAD_MS = 2 * DAY_MS;
/** An answer of Lambda takes 6 MB. */
const MAX_FINDINGS = 5_000;

export interface Audited {
  /**
   * The whole time that is looked at, ISO 8601; `to` is not later than the limit allows. Unless that time was asked for to end
   * before now, events dated up to two days ahead are looked at besides.
   */
  from: string;
  to: string;
  /** Looked at in this chunk. */
  events: number;
  /** What had not arrived, in the order in which it was found. */
  behind: Finding[];
  /** Messages that went out for it. */
  redelivered: number;
  /** Consumers whose queue did not take all of them. */
  unsent?: string[];
  /** How far the whole is, 0–1. */
  progress: number;
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: ContinuationToken;
}

/**
 * Compares every event of a time, unless it is younger than the limit, with what its consumers have; sends again what
 * is behind. Events that are dated in the future count as older. Works for ten seconds or so and answers how to go on.
 * AWS calls for each 100 events of a type: 4 queries for each day touched, one or two batch gets; what is behind comes
 * on top (see `redeliver`).
 */
export async function audit(runtime: Runtime, request: WindowRequest): Promise<Audited> {
  const begin = runtime.now();
  const { from, to, startedAt, place } = request.continuationToken ?? rangeOf(request, begin);
  const youngFrom = startedAt - request.limit * 1_000;
  const isDue = ({ eventId }: EventKey) => timeOf(eventId) < youngFrom || timeOf(eventId) >= startedAt;
  const answer: Audited = {
    from: iso(from),
    to: iso(Math.min(to, youngFrom)),
    events: 0,
    behind: [],
    redelivered: 0,
    progress: 1,
  };
  if (from >= to) return answer;
  const rateLimiter = createRateLimiter(runtime, REDELIVERIES_PER_SECOND);
  for await (const page of walkByType(runtime, auditedTypes, { from, to }, place, PAGE_SIZE)) {
    const keys = page.keys.filter(isDue);
    const behind = await checkDelivery(runtime, page.eventType, keys);
    if (request.redeliver) {
      const { sent, unsent } = await redeliver(runtime, behind, rateLimiter);
      answer.redelivered += sent;
      if (unsent.size > 0) answer.unsent = [...new Set([...(answer.unsent ?? []), ...unsent])];
    }
    answer.behind.push(...behind);
    answer.events += keys.length;
    const enough = runtime.now() >= begin + BUDGET_MS || answer.behind.length >= MAX_FINDINGS;
    if (page.next && enough) {
      const continuationToken = { from, to, startedAt, place: page.next };
      return { ...answer, progress: page.progress, continuationToken };
    }
  }
  return answer;
}

function rangeOf({ from, to, limit }: WindowRequest, now: number) {
  const isPast = to !== undefined && to <= now;
  return {
    from: from ?? now - DAY_MS,
    to: isPast ? Math.min(to, now - limit * 1_000) : Math.min(to ?? Number.POSITIVE_INFINITY, now + AHEAD_MS),
    startedAt: now,
    place: undefined,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
