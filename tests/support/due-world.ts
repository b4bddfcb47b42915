import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { v7 } from 'uuid';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import type { DueEvent } from '#kit/deadlines/due-message.ts';
import { type ResentDue, resendDue } from '#kit/deadlines/resend-due.ts';
import { LOOK_AHEAD_MS, type Ticked, tick } from '#kit/deadlines/tick.ts';
import { dueKeysOf } from '#kit/event-store/due-keys.ts';
import { counterApplication } from './counter/application.ts';
import { noMetrics } from './no-metrics.ts';
import { silentLogger } from './silent-logger.ts';

/** A message as the queue gets it. */
export interface SentDue extends DueEvent {
  sentAt: number;
  /** When the queue shows it, ms since 1970. */
  visibleAt: number;
}

export interface TickOptions {
  /** What the clock of this tick is off by, in ms. */
  skewMs?: number;
  /** Killed at this call: `lost` before its effect, `done` after it. */
  killedAt?: { call: number; effect: 'lost' | 'done' };
}

export interface Latencies {
  query: number;
  get: number;
  put: number;
  /** Of one SendMessageBatch: the time of the call, and the time that it takes the process, one after the other. */
  send: number;
  sendCpu: number;
}

class Killed extends Error {
  override readonly name = 'Killed';
}

const INSTANT: Latencies = { query: 0, get: 0, put: 0, send: 0, sendCpu: 0 };

interface Indexed {
  streamId: string;
  version: number;
  dueKey: string;
  visibleAt: number;
}

/** The index `by-due`, the state of the tick and its queue in memory, by a clock that only tests and latencies move. */
export class DueWorld {
  now: number;
  readonly sent: SentDue[] = [];
  readonly calls: Record<string, number> = {};
  /** Which entries of a batch the queue does not take. */
  refuse: (entries: readonly unknown[]) => readonly number[] = () => [];
  readonly #latencies: Latencies;
  readonly #partitions = new Map<string, { events: Indexed[]; isSorted: boolean }>();
  /** As the last tick left it; undefined before the first one. */
  #state: Record<string, unknown> | undefined;
  #armed = 0;
  #busyUntil = 0;
  #waiting: { at: number; wake: () => void }[] = [];

  constructor(
    now: number,
    { latencies = INSTANT, isNew = false }: { latencies?: Latencies; isNew?: boolean } = {},
  ) {
    this.now = now;
    this.#latencies = latencies;
    if (!isNew) this.#state = { version: 1, completed: { startedAt: now, sentTo: now + LOOK_AHEAD_MS } };
  }

  /** An event that is appended now and falls due at `dueAt`; in the index after `lagMs`. `skewMs`: of the appender's clock. */
  arm(dueAt: number, { lagMs = 0, skewMs = 0 } = {}): string {
    const streamId = `counter-c${this.#armed++}`;
    const eventId = v7({ msecs: this.now + skewMs });
    const keys = dueKeysOf({ streamId, eventId } as never, new Date(dueAt).toISOString());
    if (!keys) throw new Error('every event here has a deadline');
    const indexed = { streamId, version: 1, dueKey: keys.dueKey, visibleAt: this.now + lagMs };
    const { events } = this.#partitions.get(keys.duePartition) ?? { events: [] as Indexed[] };
    events.push(indexed);
    this.#partitions.set(keys.duePartition, { events, isSorted: false });
    return streamId;
  }

  /** One tick; undefined where it was killed. */
  async tick({ skewMs = 0, killedAt }: TickOptions = {}): Promise<Ticked | undefined> {
    let calls = 0;
    let isDead = false;
    const send = async (command: object) => {
      if (isDead) throw new Killed();
      calls++;
      if (calls !== killedAt?.call) return this.#perform(command);
      isDead = true;
      if (killedAt.effect === 'done') await this.#perform(command);
      throw new Killed();
    };
    return tick(this.#runtime(send, skewMs)).catch((error: Error) => {
      if (error instanceof Killed) return undefined;
      throw error;
    });
  }

  /** One step of sending again. */
  resend(input: object): Promise<ResentDue> {
    return resendDue(
      this.#runtime((command) => this.#perform(command)),
      input,
    );
  }

  #runtime(send: (command: object) => Promise<unknown>, skewMs = 0): Runtime {
    const client = { send } as unknown as Runtime['dynamo'] & Runtime['sqs'];
    return createRuntime(counterApplication, {
      dynamo: client,
      sqs: client,
      now: () => this.now + skewMs,
      sleep: (ms) => this.#pass(ms),
      random: () => 0.5,
      logger: silentLogger(),
      metrics: noMetrics,
      settings: { EVENTS_TABLE: 'events', READ_MODEL_TABLE: 'read-model', QUEUE_URL: 'http://deadlines' },
    });
  }

  async #perform(command: object): Promise<unknown> {
    const { name } = command.constructor;
    const { input } = command as { input: never };
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    const { query, get, put, send } = this.#latencies;
    switch (name) {
      case 'QueryCommand':
        await this.#pass(query);
        return this.#query(input);
      case 'GetCommand':
        await this.#pass(get);
        return { Item: structuredClone(this.#state) };
      case 'PutCommand':
        await this.#pass(put);
        return this.#put(input);
      case 'SendMessageBatchCommand':
        await this.#occupy();
        await this.#pass(send);
        return this.#send(input);
      default:
        throw new Error(`the fake has no ${name}`);
    }
  }

  #query({
    ExpressionAttributeValues,
    Limit,
  }: {
    ExpressionAttributeValues: Record<string, string>;
    Limit: number;
  }) {
    const {
      ':partition': partition = '',
      ':after': after = '',
      ':before': before = '',
    } = ExpressionAttributeValues;
    if (after > before) throw new Error('ValidationException: the lower bound is above the upper one');
    const { events, isSorted } = this.#partitions.get(partition) ?? { events: [], isSorted: true };
    if (!isSorted) {
      events.sort((a, b) => (a.dueKey < b.dueKey ? -1 : 1));
      this.#partitions.set(partition, { events, isSorted: true });
    }
    const found: Indexed[] = [];
    for (let at = firstFrom(events, after); at < events.length && found.length <= Limit; at++) {
      const event = events[at] as Indexed;
      if (event.dueKey > before) break;
      if (event.visibleAt <= this.now) found.push(event);
    }
    const Items = found.slice(0, Limit);
    const last = Items.at(-1);
    return found.length > Limit && last ? { Items, LastEvaluatedKey: { dueKey: last.dueKey } } : { Items };
  }

  #put({
    Item,
    ExpressionAttributeValues,
  }: {
    Item: Record<string, unknown>;
    ExpressionAttributeValues: Record<string, unknown>;
  }) {
    if (this.#state && this.#state.version !== ExpressionAttributeValues[':value']) {
      throw new ConditionalCheckFailedException({ $metadata: {}, message: 'The conditional request failed' });
    }
    this.#state = structuredClone(Item);
    return {};
  }

  #send({ Entries }: { Entries: { MessageBody: string; DelaySeconds: number }[] }) {
    if (Entries.length > 10) throw new Error('TooManyEntriesInBatchRequest');
    const refused = this.refuse(Entries);
    for (const [index, { MessageBody, DelaySeconds }] of Entries.entries()) {
      if (refused.includes(index)) continue;
      const visibleAt = this.now + DelaySeconds * 1_000;
      this.sent.push({ ...JSON.parse(MessageBody), sentAt: this.now, visibleAt });
    }
    return { Failed: refused.map((index) => ({ Id: String(index) })) };
  }

  /** The one processor of a function: calls wait for each other there. */
  #occupy(): Promise<void> {
    this.#busyUntil = Math.max(this.#busyUntil, this.now) + this.#latencies.sendCpu;
    return this.#pass(this.#busyUntil - this.now);
  }

  /** Waits; the clock moves to the first that waits when nothing else is left to do. */
  async #pass(ms: number): Promise<void> {
    if (ms <= 0) return;
    const at = this.now + ms;
    await new Promise<void>((wake) => {
      this.#waiting.push({ at, wake });
      if (this.#waiting.length === 1) setImmediate(() => this.#advance());
    });
  }

  #advance(): void {
    if (this.#waiting.length === 0) return;
    const at = Math.min(...this.#waiting.map((one) => one.at));
    const due = this.#waiting.filter((one) => one.at === at);
    this.#waiting = this.#waiting.filter((one) => one.at !== at);
    this.now = Math.max(this.now, at);
    for (const { wake } of due) wake();
    setImmediate(() => this.#advance());
  }
}

/** Where the first key stands that is not below `key`, by bisection. */
function firstFrom(events: readonly Indexed[], key: string): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.dueKey ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
