import type { Runtime } from '#kit/config/runtime.ts';
import { walkByType } from '#kit/event-store/walk-by-type.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { createRateLimiter, type RateLimiter } from '#kit/operations/rate-limiter.ts';
import { auditedTypes } from './delivery-checks.ts';
import { HEALS_PER_SECOND, heal } from './heal.ts';
import { DEFAULT_LIMIT } from './input.ts';
import { type Finding, look } from './look.ts';
import { stillBehind } from './look-again.ts';
import { report, type ScheduledAudit } from './report.ts';
import { AuditOvertaken, type AuditState, readState, saveState, type Watched } from './state.ts';

/** Less than the function's timeout by what one page may take; far less than the time between two runs. */
const BUDGET_MS = 40_000;
const PAGE_SIZE = 100;
const HOUR_MS = 3_600_000;

/** What is caught up on at a time: within it the types are healed one after the other. */
const SLICE_MS = 6 * HOUR_MS;

/** How old an event is when it is looked at, in ms. The second time what the first one could not see, or not mend. */
const AGES = { soon: DEFAULT_LIMIT * 1_000, later: 24 * HOUR_MS };

/** What is missing is looked at in each run until it is there; of more than this, only the first, and all a day later. */
const MAX_WATCHED = 200;

/** Sent again at once, then after these many ms, and then never again: what fails for good must not go round for ever. */
const HEAL_AGAIN_AFTER_MS = [HOUR_MS / 4, HOUR_MS];

/**
 * One run of many: looks at every event when it is five minutes old and once more a day later, sends again what has
 * not arrived, watches it until it has, and reports the lag of each projection. It goes on where the last run that
 * wrote stopped: however long the publisher, or the audit itself, was down, nothing is left out. What is too much for
 * one run is the next one's.
 *
 * Killed anywhere, the next run sends one page at most a second time. Of two at the same time one stops. Throws
 * NotPublished, or what DynamoDB or SQS throws: then the next run begins at the page after the last that was sent.
 * AWS calls where nothing happened: a get, a put, and 4 queries for each type, look and day touched.
 */
export async function auditOnSchedule(runtime: Runtime): Promise<ScheduledAudit> {
  const run = new Run(runtime, await readState(runtime));
  let overtaken = false;
  try {
    await run.watch();
    await run.walk('soon');
    await run.walk('later');
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
  readonly #pace: RateLimiter;
  readonly #deadline: number;
  readonly #streams = new Set<string>();
  #state: AuditState;
  /** Found, and no room to watch it. */
  readonly #unwatched: Finding[] = [];
  #events = 0;
  #healed = 0;

  constructor(runtime: Runtime, state: AuditState) {
    this.#runtime = runtime;
    this.#state = state;
    this.#pace = createRateLimiter(runtime, HEALS_PER_SECOND);
    this.#deadline = runtime.now() + BUDGET_MS;
  }

  /** Looks at what is watched: lets go what has arrived, and sends again what is due. */
  async watch(): Promise<void> {
    const { watched } = this.#state;
    if (watched.length === 0) return;
    const now = this.#runtime.now();
    const isOld = ({ eventId }: Watched) => timeOf(eventId) < now - REPEATABLE_MS;
    const old = watched.filter(isOld);
    const kept = watched.filter((one) => !isOld(one));
    if (old.length > 0) this.#runtime.logger.warn('no longer watched: too old', { events: old });
    const found = new Map(
      (await stillBehind(this.#runtime, kept)).map((finding) => [finding.eventId, finding]),
    );
    const behind = kept.flatMap((one) => {
      const finding = found.get(one.eventId);
      return finding ? [{ ...finding, heals: one.heals, healedAt: one.healedAt }] : [];
    });
    const due = behind.filter(({ heals, healedAt }) => {
      const wait = HEAL_AGAIN_AFTER_MS[heals - 1];
      return wait !== undefined && now >= healedAt + wait;
    });
    this.#healed += await heal(this.#runtime, due, this.#pace);
    const again = new Set(due.map(({ eventId }) => eventId));
    this.#state.watched = behind.map((one) =>
      again.has(one.eventId) ? { ...one, heals: one.heals + 1, healedAt: now } : one,
    );
    if (due.length > 0) await this.save();
  }

  /** Looks at all that has come of age since the last time, as long as this run may take; at a page at least. */
  async walk(name: keyof typeof AGES): Promise<void> {
    const runtime = this.#runtime;
    const end = runtime.now() - AGES[name];
    for (;;) {
      const { auditedTo: from, open } = this.#state.looks[name];
      const to = open?.to ?? Math.min(from + SLICE_MS, end);
      if (to <= from) return;
      for await (const page of walkByType(runtime, auditedTypes, { from, to }, open?.place, PAGE_SIZE)) {
        for (const { streamId } of page.keys) this.#streams.add(streamId);
        this.#events += page.keys.length;
        const behind = await this.#heal(await look(runtime, page.eventType, page.keys));
        this.#state.looks[name] = page.next
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
    const { looks, watched } = this.#state;
    return {
      events: this.#events,
      streams: this.#streams.size,
      behind: [
        ...watched.map(({ heals: _, healedAt: __, ...finding }): Finding => finding),
        ...this.#unwatched,
      ],
      healed: this.#healed,
      auditedTo: {
        soon: new Date(looks.soon.auditedTo).toISOString(),
        later: new Date(looks.later.auditedTo).toISOString(),
      },
    };
  }

  /** Answers how many were new. */
  async #heal(found: readonly Finding[]): Promise<number> {
    const known = new Set(this.#state.watched.map(({ eventId }) => eventId));
    const behind = found.filter(({ eventId }) => !known.has(eventId));
    if (behind.length === 0) return 0;
    this.#healed += await heal(this.#runtime, behind, this.#pace);
    const healedAt = this.#runtime.now();
    const room = MAX_WATCHED - this.#state.watched.length;
    const watched = behind.slice(0, room).map((finding): Watched => ({ ...finding, heals: 1, healedAt }));
    this.#state.watched = [...this.#state.watched, ...watched];
    this.#unwatched.push(...behind.slice(room));
    return behind.length;
  }
}
