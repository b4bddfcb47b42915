import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { createRateLimiter, type RateLimiter } from '#kit/operations/rate-limiter.ts';
import type { Finding } from './check-delivery.ts';
import { DEFAULT_LIMIT } from './input.ts';
import type { LaneCheckpoint } from './lane.ts';
import { PassRun } from './pass.ts';
import { checkPending } from './pending.ts';
import { REDELIVERIES_PER_SECOND, redeliver } from './redeliver.ts';
import { report, type ScheduledAudit } from './report.ts';
import { AuditOvertaken, type AuditState, type Pass, type Pending, readState, saveState } from './state.ts';

/** Less than the function's timeout by what one page may take; far less than the time between two runs. */
const BUDGET_MS = 40_000;

/**
 * How old an event is when it is checked, in ms. The second pass finds events that index lag or clock skew hid: it compares
 * what there is with what had arrived, and checks what differs.
 */
const AGES: Record<Pass, number> = { first: DEFAULT_LIMIT * 1_000, second: DAY_MS };

/** What is missing is checked in each run until it has arrived; of more than this, only the first, and all a day later. */
const MAX_PENDING = 200;

/**
 * One run of many: checks every event when it is five minutes old and once more a day later, redelivers what has not
 * arrived, checks that again until it has, and reports the lag of each projection. It goes on where the last run that
 * wrote stopped: however long the publisher, or the audit itself, was down, nothing is left out. What is too much for
 * one run is the next one's; where a window has more events of a type than a run checks by itself, lanes check them, many at a
 * time (`runLaneStep`), and the pass goes on when they have ended.
 *
 * Killed anywhere, the next run sends one page at most a second time. Of two at the same time one stops. Throws what DynamoDB throws: then
 * the next run begins at the page after the last that was sent. Where the queue of a consumer takes nothing, the others get what they lack,
 * and what is pending is tried again every quarter of an hour.
 * AWS calls where nothing happened: a get, a put, a query, and 4 queries for each type, pass and quarter of a day touched.
 *
 * @param inline events of one type that the run checks by itself
 */
export async function auditOnSchedule(runtime: Runtime, inline?: number): Promise<ScheduledAudit> {
  const run = new Run(runtime, await readState(runtime), inline);
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
  readonly #inline: number | undefined;
  readonly #streams = new Set<string>();
  #state: AuditState;
  /** Found, and beyond what is kept as pending. */
  readonly #overflow: Finding[] = [];
  #unnamed = 0;
  #events = 0;
  #redelivered = 0;

  constructor(runtime: Runtime, state: AuditState, inline: number | undefined) {
    this.#runtime = runtime;
    this.#state = state;
    this.#inline = inline;
    this.#rateLimiter = createRateLimiter(runtime, REDELIVERIES_PER_SECOND);
    this.#deadline = runtime.now() + BUDGET_MS;
  }

  /** Checks what was redelivered before: forgets what has arrived, and redelivers what is due. */
  async recheckPending(): Promise<void> {
    const { pending } = this.#state;
    if (pending.length === 0) return;
    const { behind, due } = await checkPending(this.#runtime, pending);
    const redeliveredAt = this.#runtime.now();
    const { sent, unsent } = await redeliver(this.#runtime, due, this.#rateLimiter);
    this.#redelivered += sent;
    const again = new Set(due);
    // Where a queue took nothing, it was no redelivery: what is counted may fail for good.
    const times = ({ missingAt }: Finding) =>
      missingAt.some(({ consumer }) => unsent.has(consumer)) ? 0 : 1;
    this.#state.pending = behind.map((one) =>
      again.has(one) ? { ...one, redeliveries: one.redeliveries + times(one), redeliveredAt } : one,
    );
    if (due.length > 0) await this.save();
  }

  /** Checks all that has come of age since the last time. */
  walk(pass: Pass): Promise<void> {
    const { passes } = this.#state;
    const isOfAge = this.#runtime.now() - AGES[pass];
    const end = pass === 'second' ? Math.min(isOfAge, passes.first.auditedTo) : isOfAge;
    return new PassRun({
      runtime: this.#runtime,
      pass,
      deadline: this.#deadline,
      inline: this.#inline,
      progress: () => this.#state.passes[pass],
      move: (progress) => {
        this.#state.passes[pass] = progress;
      },
      save: () => this.save(),
      count: (events, streamIds) => {
        this.#events += events;
        for (const streamId of streamIds) this.#streams.add(streamId);
      },
      found: (findings) => this.#found(findings),
      foundByLane: (lane) => this.#foundByLane(lane),
    }).walk(end);
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
      ...(this.#unnamed > 0 && { unnamed: this.#unnamed }),
      redelivered: this.#redelivered,
      auditedTo: {
        first: new Date(passes.first.auditedTo).toISOString(),
        second: new Date(passes.second.auditedTo).toISOString(),
      },
    };
  }

  async #found(found: readonly Finding[]): Promise<void> {
    const behind = this.#unknown(found);
    if (behind.length === 0) return;
    this.#redelivered += (await redeliver(this.#runtime, behind, this.#rateLimiter)).sent;
    this.#keep(behind, this.#runtime.now());
    // What was sent again must not be sent by the next run as if nobody had.
    await this.save();
  }

  #foundByLane({ behind, findings, movedAt }: LaneCheckpoint): void {
    this.#keep(this.#unknown(findings), movedAt);
    this.#unnamed += behind - findings.length;
  }

  #unknown(found: readonly Finding[]): Finding[] {
    const known = new Set(this.#state.pending.map(({ eventId }) => eventId));
    return found.filter(({ eventId }) => !known.has(eventId));
  }

  #keep(behind: readonly Finding[], redeliveredAt: number): void {
    const room = MAX_PENDING - this.#state.pending.length;
    const pending = behind
      .slice(0, room)
      .map((finding): Pending => ({ ...finding, redeliveries: 1, redeliveredAt }));
    this.#state.pending = [...this.#state.pending, ...pending];
    this.#overflow.push(...behind.slice(room));
  }
}
