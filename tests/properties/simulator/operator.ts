import { application } from '#application';
import type { RebuildStatus } from '#functions/operations/rebuild/rebuild.ts';
import type { Backfilled } from '#functions/operations/republish/backfill.ts';
import type { Adversary } from './adversary.ts';
import type { Clients } from './clients.ts';
import type { World } from './world.ts';

/** A run of an operation, from its first step to its last one. */
export interface Operation {
  name: 'backfill' | 'republish';
  /** Whose queue it sends to; absent where it is everybody's. */
  consumer?: string;
  /** ms since 1970: when its first step began, and the range of events, `to` exclusive. */
  startedAt: number;
  from: number;
  to: number;
}

/** Steps that one operation may take, failed ones included. */
const MAX_STEPS = 300;

/** Calls that a rebuild may take, status included: a step that meets newer code waits for hours. */
const MAX_CALLS = 3_000;

/** What an operator waits for before a backfill: an index may be minutes behind. */
export const INDEX_LAG_MS = 300_000;

interface Answer {
  continuationToken?: object;
}

/**
 * Somebody who works on the system while faults happen, as `npm run ops` does: step by step, and a step that was killed again.
 * Redrives the dead letters of every consumer every few minutes; republishes, backfills a consumer and rebuilds a projection.
 */
export class Operator {
  /** What has come to its end. */
  readonly operations: Operation[] = [];
  /** By consumer: steps of a redrive that were hit. What they had sent may be there twice. */
  readonly hitRedrives = new Map<string, number>();
  readonly #world: World;
  readonly #adversary: Adversary;
  readonly #clients: Clients;

  constructor(world: World, adversary: Adversary, clients: Clients) {
    this.#world = world;
    this.#adversary = adversary;
    this.#clients = clients;
  }

  /** Everything of one run. */
  async work(busy: Promise<unknown>): Promise<void> {
    const random = this.#adversary.random('operator');
    const { consumer } = random.pick(this.#world.subscriptions);
    const projection = random.pick(application.projections);
    await Promise.all([
      this.#redriveWhile(busy),
      this.#at(random.between(60_000, 600_000), () => this.#republish()),
      this.#at(random.between(INDEX_LAG_MS, 900_000), () => this.#backfill(consumer)),
      this.#at(random.between(0, 400_000), () => this.#rebuild(projection, random.hits(0.5))),
    ]);
  }

  async #at(ms: number, work: () => Promise<void>): Promise<void> {
    await this.#clients.pause(ms);
    await work();
  }

  async #redriveWhile(busy: Promise<unknown>): Promise<void> {
    let isOver = false;
    void busy.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await this.#clients.pause(150_000);
      const consumers = new Set((await this.#world.deadLetters()).map(({ consumer }) => consumer));
      for (const consumer of consumers) await this.#redrive(consumer);
    }
  }

  async #redrive(consumer: string): Promise<void> {
    await this.#steps('redrive', { consumer }, (faults) => {
      if (faults > 0) this.hitRedrives.set(consumer, (this.hitRedrives.get(consumer) ?? 0) + faults);
    });
  }

  async #republish(): Promise<void> {
    const startedAt = this.#world.clock.now();
    const from = startedAt - 3_600_000;
    await this.#steps('republish', { from: iso(from), to: iso(startedAt), rate: 40 });
    this.operations.push({ name: 'republish', startedAt, from, to: startedAt });
  }

  async #backfill(consumer: string): Promise<void> {
    const startedAt = this.#world.clock.now();
    const from = startedAt - 3_600_000;
    const last = (await this.#steps('republish', { consumer, from: iso(from), rate: 10 })) as Backfilled;
    // Not its own end: the clock of the function may have been off.
    this.operations.push({ name: 'backfill', consumer, startedAt, from, to: Date.parse(last.to) });
  }

  /** Until queries read the new generation, and where it is wanted until the old one is gone. */
  async #rebuild(projection: string, drops: boolean): Promise<void> {
    let action: string | undefined = 'start';
    for (let call = 0; action !== undefined; call++) {
      if (call >= MAX_CALLS) throw new Error(`the rebuild of ${projection} comes to no end`);
      const event: object = { projection, action, segments: 2 };
      const { answer } = this.#world.functions.start('rebuild', event);
      const status = (await answer.catch(() => undefined)) as RebuildStatus | undefined;
      // A step that was given up waits in the dead letters.
      if (status?.work?.failed.length) await this.#redrive(projection);
      await this.#clients.pause(20_000);
      action = status ? nextActionOf(status, drops) : 'status';
    }
  }

  /** The answer of the last step. */
  async #steps(name: string, input: object, note: (faults: number) => void = () => {}): Promise<Answer> {
    let token: object | undefined;
    for (let step = 0; step < MAX_STEPS; step++) {
      const event: object = { ...input, ...(token && { continuationToken: token }) };
      const { invocation, answer } = this.#world.functions.start(name, event);
      const result = await answer.catch(() => undefined);
      note(invocation.faults);
      if (!result) {
        await this.#clients.pause(5_000);
        continue;
      }
      token = (result as Answer).continuationToken;
      if (!token) return result as Answer;
    }
    throw new Error(`${name} comes to no end: ${JSON.stringify(input)}`);
  }
}

/** By what there is now: whether the last call had its effect need not be known. */
function nextActionOf({ live, other }: RebuildStatus, drops: boolean): string | undefined {
  switch (other?.phase) {
    case undefined:
      return live === 1 ? 'start' : undefined;
    case 'ready':
      return 'switch';
    case 'kept':
      return drops ? 'drop' : undefined;
    default:
      return 'advance';
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();
