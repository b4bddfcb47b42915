import type { Runtime } from '#kit/config/runtime.ts';
import { walkByType } from '#kit/event-store/walk-by-type.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { createRateLimiter, type RateLimiter } from '#kit/operations/rate-limiter.ts';
import { checkDelivery, checkDeliveryAgain, type Finding } from './check-delivery.ts';
import { auditedTypes } from './delivery-checks.ts';
import { DEFAULT_LIMIT } from './input.ts';
import { stillUndelivered } from './recheck.ts';
import { REDELIVERIES_PER_SECOND, redeliver } from './redeliver.ts';
import { report, type ScheduledAudit } from './report.ts';
import { AuditOvertaken, type AuditState, type Pass, type Pending, readState, saveState } from './state.ts';

/** Less than the function's timeout by what one page may take; far less than the time between two runs. */
const BUDGET_MS = 40_000;
const PAGE_SIZE = 100;
const HOUR_MS = 3_600_000;

/** What is caught up on at a time: within it the types are redelivered one after the other. */
const SLICE_MS = 6 * HOUR_MS;

/**
 * How old an event is when it is checked, in ms. The second pass finds events that index lag or clock skew hid; that
 * nobody has had one shows at the projections, so they are asked first (`checkDeliveryAgain`).
 */
const AGES: Record<Pass, number> = { first: DEFAULT_LIMIT * 1_000, second: 24 * HOUR_MS };

/** What is missing is checked in each run until it has arrived; of more than this, only the first, and all a day later. */
const MAX_PENDING = 200;

/** Redelivered at once, then after these many ms, and then never again: what fails for good must not go round for ever. */
const REDELIVER_AGAIN_AFTER_MS = [HOUR_MS / 4, HOUR_MS];

/**
 * One run of many: checks every event when it is five minutes old and once more a day later, redelivers what has not
 * arrived, checks that again until it has, and reports the lag of each projection. It goes on where the last run that
 * wrote stopped: however long the publisher, or the audit itself, was down, nothing is left out. What is too much for
 * one run is the next one's.
 *
 * Killed anywhere, the next run sends one page at most a second time. Of two at the same time one stops. Throws
 * NotSent, or what DynamoDB or SQS throws: then the next run begins at the page after the last that was sent.
 * AWS calls where nothing happened: a get, a put, and 4 queries for each type, look and day touched.
 */
export async function auditOnSchedule(runtime: Runtime): Promise<ScheduledAudit> {
  const run = new Run(runtime, await readState(runtime));
  let overtaken = false;
  try {
    await run.recheckPending();
    await run.walk('first');
    await run.walk('second');
    await run.save();
  } catch (error) {
    if (!(error instanceof AuditOvertaken)) throw error;
    overtaken = true;
  }
  const answer = { ...run.answer(), ...(overtaken && { overtaken: true as const }) };
  report(runtime, answer);
  return answer;
}

class Run {
  readonly #runtime: Runtime;
  readonly #rateLimiter: RateLimiter;
  readonly #deadline: number;
  readonly #streams = new Set<string>();
  #state: AuditState;
  /** Found, and beyond what is kept as pending. */
  readonly #overflow: Finding[] = [];
  #events = 0;
  #redelivered = 0;

  constructor(runtime: Runtime, state: AuditState) {
    this.#runtime = runtime;
    this.#state = state;
    this.#rateLimiter = createRateLimiter(runtime, REDELIVERIES_PER_SECOND);
    this.#deadline = runtime.now() + BUDGET_MS;
  }

  /** Checks what was redelivered before: forgets what has arrived, and redelivers what is due. */
  async recheckPending(): Promise<void> {
    const { pending } = this.#state;
    if (pending.length === 0) return;
    const now = this.#runtime.now();
    const isOld = ({ eventId }: Pending) => timeOf(eventId) < now - REPEATABLE_MS;
    const old = pending.filter(isOld);
    const kept = pending.filter((one) => !isOld(one));
    if (old.length > 0) this.#runtime.logger.warn('no longer checked: too old', { events: old });
    const found = new Map(
      (await stillUndelivered(this.#runtime, kept)).map((finding) => [finding.eventId, finding]),
    );
    const behind = kept.flatMap((one) => {
      const finding = found.get(one.eventId);
      return finding
        ? [{ ...finding, redeliveries: one.redeliveries, redeliveredAt: one.redeliveredAt }]
        : [];
    });
    const due = behind.filter(({ redeliveries, redeliveredAt }) => {
      const wait = REDELIVER_AGAIN_AFTER_MS[redeliveries - 1];
      return wait !== undefined && now >= redeliveredAt + wait;
    });
    this.#redelivered += await redeliver(this.#runtime, due, this.#rateLimiter);
    const again = new Set(due.map(({ eventId }) => eventId));
    this.#state.pending = behind.map((one) =>
      again.has(one.eventId) ? { ...one, redeliveries: one.redeliveries + 1, redeliveredAt: now } : one,
    );
    if (due.length > 0) await this.save();
  }

  /** Checks all that has come of age since the last time, as long as this run may take; at least a page. */
  async walk(pass: Pass): Promise<void> {
    const runtime = this.#runtime;
    const end = runtime.now() - AGES[pass];
    for (;;) {
      const { auditedTo: from, open } = this.#state.passes[pass];
      const to = open?.to ?? Math.min(from + SLICE_MS, end);
      if (to <= from) return;
      for await (const page of walkByType(runtime, auditedTypes, { from, to }, open?.place, PAGE_SIZE)) {
        for (const { streamId } of page.keys) this.#streams.add(streamId);
        this.#events += page.keys.length;
        const check = pass === 'first' ? checkDelivery : checkDeliveryAgain;
        const behind = await this.#redeliver(await check(runtime, page.eventType, page.keys));
        this.#state.passes[pass] = page.next
          ? { auditedTo: from, open: { to, place: page.next } }
          : { auditedTo: to };
        // What was sent again must not be sent by the next run as if nobody had.
        if (behind > 0) await this.save();
        if (runtime.now() >= this.#deadline) return;
      }
    }
  }

  async save(): Promise<void> {
    this.#state = await saveState(this.#runtime, this.#state);
  }

  answer(): ScheduledAudit {
    const { passes, pending } = this.#state;
    return {
      events: this.#events,
      streams: this.#streams.size,
      behind: [
        ...pending.map(({ redeliveries: _, redeliveredAt: __, ...finding }): Finding => finding),
        ...this.#overflow,
      ],
      redelivered: this.#redelivered,
      auditedTo: {
        first: new Date(passes.first.auditedTo).toISOString(),
        second: new Date(passes.second.auditedTo).toISOString(),
      },
    };
  }

  /** Answers how many were new. */
  async #redeliver(found: readonly Finding[]): Promise<number> {
    const known = new Set(this.#state.pending.map(({ eventId }) => eventId));
    const behind = found.filter(({ eventId }) => !known.has(eventId));
    if (behind.length === 0) return 0;
    this.#redelivered += await redeliver(this.#runtime, behind, this.#rateLimiter);
    const redeliveredAt = this.#runtime.now();
    const room = MAX_PENDING - this.#state.pending.length;
    const watched = behind
      .slice(0, room)
      .map((finding): Pending => ({ ...finding, redeliveries: 1, redeliveredAt }));
    this.#state.pending = [...this.#state.pending, ...watched];
    this.#overflow.push(...behind.slice(room));
    return behind.length;
  }
}
