import type { EmailSender } from '#functions/consumers/notifications/email.ts';
import type { Application } from '#kit/config/application.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { canceled } from '#tests/properties/fakes/dynamo.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import type { Adversary, AwsService, Service } from './adversary.ts';
import type { Clock } from './clock.ts';
import type { Defect } from './defect.ts';
import {
  described,
  failure,
  HARMLESS,
  partly,
  withKeysLeftOver,
  withShortPage,
  withStatementsFailed,
} from './faulty-calls.ts';
import type { Invocation } from './invocation.ts';
import { Mailbox, SendEmail } from './mailbox.ts';
import { type Random, seededIds } from './random.ts';

export type AnyHandler = (event: unknown, context: unknown) => Promise<unknown>;

/** A function as it is deployed. */
export interface Deployed {
  /** Whoever sends email takes the sender as a second argument. */
  createHandler(runtime: Runtime, senderOf?: () => EmailSender): AnyHandler;
  settings: Record<string, string>;
}

/** AWS as the functions reach it; a read that is not consistent sees what was there `staleMs` ago, where AWS is a fake. */
export type Perform = (
  service: AwsService,
  command: object,
  staleMs: number,
  /** Of the invocation that calls. */
  place: string,
) => Promise<unknown>;

export interface FunctionsOptions {
  clock: Clock;
  adversary: Adversary;
  perform: Perform;
  deployed: ReadonlyMap<string, Deployed>;
  /** The code that a function runs at this moment. */
  applicationOf(name: string): Application;
  /** How long a call takes, one way, in ms. */
  latency(random: Random): number;
  /** After so many ms Lambda ends the function; undefined: never. */
  timeoutMs(name: string): number | undefined;
  /** How long a slow call takes, in ms: less than a function's timeout. */
  slow(random: Random): number;
  /** How old a stale read is, in ms. */
  stale(random: Random): number;
  /** Is told of a function that its time ran out on. */
  onTimeout?(name: string, invocation: Invocation): void;
  defect?: Defect | undefined;
}

/** The function died, or what it answered never arrived. */
export class Crashed extends Error {
  override readonly name = 'Crashed';
}

interface Running extends Invocation {
  calls: number;
  dead: boolean;
  die(): void;
}

const GONE = new Promise<never>(() => undefined);

const FOREVER = 900_000;

/** The tick looks back two minutes: for the index, for the clock of whoever set the deadline, and for the calls. */
export const MAX_INDEX_LAG_MS = 40_000;
const MAX_ARMING_SKEW_MS = 30_000;

/** It waits until everybody knows of a generation, and goes by its clock: one that jumps is not what it is made for. */
const BY_THE_CLOCK = new Set(['rebuild']);

/** Whose events have deadlines. */
const ARMS = new Set(['place-order', 'fraud-review', 'customs']);

/**
 * Runs the handlers in this process, each invocation with a runtime of its own in which the adversary sits between
 * the code and everything outside. An invocation that is killed, or that its timeout ends, never gets another answer:
 * whatever it waits for, it is gone.
 */
export class Functions {
  /** Every email that left. */
  readonly mailbox = new Mailbox();
  readonly #options: FunctionsOptions;
  readonly #counts = new Map<string, number>();

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  start(name: string, event: { Records?: unknown[] }): { invocation: Invocation; answer: Promise<unknown> } {
    const { adversary, clock, deployed, defect } = this.#options;
    const target = deployed.get(name);
    if (!target) throw new Error(`no function is called ${name}`);
    const number = this.#counts.get(name) ?? 0;
    this.#counts.set(name, number + 1);
    const place = `${name}/${number}`;
    const invocation: Running = {
      place,
      startedAt: clock.now(),
      faults: 0,
      deadLetters: [],
      calls: 0,
      dead: false,
      die: () => undefined,
    };
    const died = new Promise<never>((_, reject) => {
      invocation.die = () => {
        invocation.dead = true;
        reject(new Crashed(`${place} was killed`));
      };
    });
    const timeout = this.#options.timeoutMs(name);
    if (timeout !== undefined) {
      void clock.limit(timeout).then(() => {
        if (invocation.endedAt !== undefined || invocation.dead) return;
        this.#options.onTimeout?.(name, invocation);
        invocation.faults++;
        invocation.die();
      });
    }
    const context = {
      functionName: name,
      awsRequestId: place,
      // Not to HTTP: middy would set a timer by the real clock, which a killed invocation leaves behind.
      ...(event.Records && {
        getRemainingTimeInMillis: () => invocation.startedAt + (timeout ?? FOREVER) - clock.now(),
      }),
    };
    const run = async () => {
      const sender: EmailSender = {
        send: async (email) => void (await this.#send(name, 'mail', new SendEmail(email), invocation)),
      };
      const handler = target.createHandler(
        this.#runtimeOf(name, target, invocation),
        ...(name === 'notifications' ? [() => sender] : []),
      );
      const result = await handler(event, context);
      if (adversary.at(`${place}/result`, 'result lost', 0.01)) {
        invocation.faults++;
        throw new Crashed(`the result of ${place} was lost`);
      }
      return defect?.result ? defect.result(name, event, result, invocation.deadLetters) : result;
    };
    const answer = Promise.race([run(), died]).finally(() => {
      invocation.endedAt = clock.now();
    });
    return { invocation, answer };
  }

  #runtimeOf(name: string, { settings }: Deployed, invocation: Running): Runtime {
    const { adversary, clock } = this.#options;
    const random = adversary.random(`${invocation.place}/random`);
    const jump = !BY_THE_CLOCK.has(name) && adversary.at(`${invocation.place}/clock`, 'clock jump', 0.01);
    // Back by an hour, or on by a day and a half: over midnight and over what an index is bucketed by.
    const skew = jump ? random.between(ARMS.has(name) ? -MAX_ARMING_SKEW_MS : -3_600_000, 130_000_000) : 0;
    const now = () => clock.now() + skew;
    const client = (service: Service) => ({
      send: (command: object) => this.#send(name, service, command, invocation),
    });
    const runtime = createRuntime(this.#options.applicationOf(name), {
      settings,
      now,
      random: random.next,
      sleep: async (ms) => {
        await clock.sleep(ms);
        if (invocation.dead) await GONE;
      },
      dynamo: client('dynamo') as unknown as Runtime['dynamo'],
      sns: client('sns') as unknown as Runtime['sns'],
      sqs: client('sqs') as unknown as Runtime['sqs'],
      logger: SILENT,
      metrics: noMetrics,
    });
    return { ...runtime, newId: seededIds(now, random) };
  }

  async #send(name: string, service: Service, command: object, invocation: Running): Promise<unknown> {
    if (invocation.dead) return GONE;
    const { defect } = this.#options;
    const next = (sent: object = command) => this.#faulty(service, sent, invocation);
    if (!defect?.send) return next();
    return defect.send({ function: name, invocation, service, ...described(command) }, next);
  }

  async #faulty(service: Service, command: object, invocation: Running): Promise<unknown> {
    const { adversary, clock, latency, slow, stale } = this.#options;
    const place = `${invocation.place}/${invocation.calls++}`;
    const random = adversary.random(`${place}/time`);
    const { name } = described(command);
    const fault = adversary.atCall(place, service, name, clock.now());
    if (fault && !HARMLESS.has(fault)) invocation.faults++;
    if (fault === 'stalled before' || fault === 'stalled after') invocation.isStalled = true;
    const pass = async (ms: number) => {
      if (ms > 0) await clock.limit(ms);
      if (invocation.dead) await GONE;
    };
    const perform = async (sent = command) => {
      if (invocation.dead) await GONE;
      const limit = invocation.place.startsWith('deadline-tick/') ? MAX_INDEX_LAG_MS : FOREVER;
      const staleMs = fault === 'stale read' ? Math.min(stale(random), limit) : 0;
      return this.#perform(service, sent, invocation, staleMs);
    };

    await pass(latency(random));
    switch (fault) {
      case undefined:
        break;
      case 'throttled':
        throw failure(service);
      case 'conflict':
        throw canceled([{ Code: 'TransactionConflict' }]);
      case 'killed before':
        invocation.die();
        return GONE;
      case 'killed after':
        await perform().catch(() => undefined);
        invocation.die();
        return GONE;
      case 'answer lost':
        await perform().catch(() => undefined);
        await pass(latency(random));
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      case 'sent twice':
        await perform().catch(() => undefined);
        await pass(latency(random));
        break;
      case 'stalled before':
        return GONE;
      case 'stalled after':
        await perform().catch(() => undefined);
        return GONE;
      case 'slow':
        await pass(slow(random));
        break;
      case 'entries failed':
        return partly(command, random, perform);
      case 'page cut':
        return perform(withShortPage(command, random));
      case 'left over':
        return name === 'BatchExecuteStatementCommand'
          ? withStatementsFailed(command, random, perform)
          : withKeysLeftOver(command, random, perform);
      default:
        break;
    }
    let failed: { error: unknown } | undefined;
    const answer = await perform().catch((error: unknown) => {
      failed = { error };
    });
    await pass(latency(random) + (fault === 'slow' ? slow(random) : 0));
    if (failed) throw failed.error;
    return answer;
  }

  async #perform(
    service: Service,
    command: object,
    invocation: Invocation,
    staleMs: number,
  ): Promise<unknown> {
    const { name, input } = described(command);
    if (service === 'mail') return this.mailbox.take((command as SendEmail).input, invocation);
    const answer = await this.#options.perform(service, command, staleMs, invocation.place);
    if (name === 'SendMessageCommand') invocation.deadLetters.push(String(input.MessageBody));
    return answer;
  }
}

const SILENT = { info() {}, warn() {}, error() {}, debug() {} } as unknown as Runtime['logger'];
