import { chunksOf, MAX_BATCH_ENTRIES } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { MINUTE_MS } from '#kit/event-store/due-keys.ts';
import { timeOf } from '#kit/events/ids.ts';
import { allSettledOrThrow } from '#kit/messaging/keyed-mutex.ts';
import { type DueEvent, sendDueEvents } from './due-message.ts';
import { type Pass, readTickState, saveTickState, TickOvertaken, type TickState } from './tick-state.ts';
import { minuteOf, walkDue } from './walk-due.ts';

/**
 * How long after its own time an event may become visible in the index: the time that its append took, index lag, and
 * what the clocks of two functions differ by, together.
 */
const LOOK_BACK_MS = 2 * MINUTE_MS;

/**
 * What falls due within this time is sent already, and its queue hides it until then. A rule of EventBridge runs anywhere
 * within its minute, so two ticks are up to two minutes apart.
 */
export const LOOK_AHEAD_MS = 2 * MINUTE_MS;

/** Less than the function's timeout by what one round may take, and than the time between two ticks. */
const BUDGET_MS = 40_000;

/** Killed, a tick sends again at most what it sent since it saved; in ms. */
const SAVE_AFTER_MS = 5_000;

/** Events that one query brings. */
export const PAGE_SIZE = 500;

/** Calls of SendMessageBatch at the same time. */
const SENDERS = 20;

export interface Ticked {
  /** Messages that were sent, those that went out a second time among them. */
  sent: number;
  /** ISO 8601: every event that falls due before it was sent, but those that were not yet visible. */
  sentTo: string;
  /** Age of the oldest event that may be due and unsent, in seconds; 0 where the tick is up to date. */
  overdueSeconds: number;
  /** Another tick ran at the same time; this one stopped. */
  overtaken?: true;
}

/**
 * Sends one message for each event that falls due, to the queue of the consumer that fires deadlines. Each tick goes on
 * where the last one that wrote stopped: however long none ran, nothing is left out. What is too much for one tick
 * is the next one's.
 *
 * At least once: killed anywhere, the next tick sends again what was sent in five seconds at most; of two at the
 * same time one stops; an event that was appended up to two minutes before the last tick is sent again by this one.
 * Never late because of index lag or clock skew, as long as both together are below two minutes.
 *
 * Throws NotSent, or what DynamoDB or SQS throws. AWS calls where nothing is due: a get, a put, and 4 queries for each of
 * the five to seven minutes between look-back and look-ahead; on top, one SendMessageBatch for each 10 due.
 */
export async function tick(runtime: Runtime): Promise<Ticked> {
  const run = new Run(runtime, await readTickState(runtime));
  let overtaken = false;
  try {
    await run.work();
  } catch (error) {
    if (!(error instanceof TickOvertaken)) throw error;
    overtaken = true;
  }
  const ticked = { ...run.ticked(), ...(overtaken && { overtaken: true as const }) };
  runtime.metrics.count('DeadlinesSent', ticked.sent);
  runtime.metrics.record('DeadlinesOverdueSeconds', ticked.overdueSeconds);
  runtime.logger.info('due events sent', { ...ticked, overtaken });
  return ticked;
}

class Run {
  readonly #runtime: Runtime;
  readonly #begin: number;
  #state: TickState;
  #savedAt: number;
  #sent = 0;

  constructor(runtime: Runtime, state: TickState) {
    this.#runtime = runtime;
    this.#begin = runtime.now();
    this.#savedAt = this.#begin;
    this.#state = state;
  }

  /** Ends the pass that is open, where there is one, and reads once from there to now. */
  async work(): Promise<void> {
    if (this.#state.open && !(await this.#read(this.#state.open))) return;
    await this.#read({ startedAt: this.#runtime.now(), sentTo: this.#runtime.now() + LOOK_AHEAD_MS });
  }

  ticked(): Ticked {
    const { completed, open } = this.#state;
    const reached = open ? minuteOf(open.partition) : completed.sentTo;
    return {
      sent: this.#sent,
      sentTo: new Date(reached).toISOString(),
      overdueSeconds: Math.max(0, Math.round((this.#runtime.now() - reached) / 1_000)),
    };
  }

  /** Answers whether it came to the end within its time. */
  async #read({ startedAt, sentTo }: Pass): Promise<boolean> {
    const { completed, open } = this.#state;
    const range = { from: completed.startedAt - LOOK_BACK_MS, to: sentTo };
    for await (const { events, next } of walkDue(this.#runtime, range, PAGE_SIZE, open)) {
      await this.#send(events.filter((event) => !wasSent(completed, event)));
      if (!next) break;
      this.#state = { ...this.#state, open: { startedAt, sentTo, ...next } };
      const isOver = this.#runtime.now() - this.#begin >= BUDGET_MS;
      if (isOver || this.#runtime.now() - this.#savedAt >= SAVE_AFTER_MS) await this.#save();
      if (isOver) return false;
    }
    this.#state = { version: this.#state.version, completed: { startedAt, sentTo } };
    await this.#save();
    return true;
  }

  async #send(events: readonly DueEvent[]): Promise<void> {
    const batches = chunksOf(events, MAX_BATCH_ENTRIES);
    const work = async () => {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        await sendDueEvents(this.#runtime, batch);
        this.#sent += batch.length;
      }
    };
    await allSettledOrThrow(Array.from({ length: Math.min(SENDERS, batches.length) }, work));
  }

  async #save(): Promise<void> {
    this.#state = await saveTickState(this.#runtime, this.#state);
    this.#savedAt = this.#runtime.now();
  }
}

/** Whether the last pass has sent it: it was due within that pass, and old enough to be visible. */
const wasSent = ({ startedAt, sentTo }: Pass, { dueAt, eventId }: DueEvent): boolean =>
  Date.parse(dueAt) < sentTo && timeOf(eventId) < startedAt - LOOK_BACK_MS;
