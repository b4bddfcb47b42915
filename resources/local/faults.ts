import { setTimeout as pause } from 'node:timers/promises';
import type { FaultChange, FaultState } from '#resources/console/protocol.ts';
import { awsApi } from './emulators/aws-api.ts';
import type { EventSourceMapping, Invoke } from './event-source-mapping/index.ts';
import type { LoopbackProxy } from './loopback-proxy.ts';
import { shuffle } from './shuffle.ts';
import type { Stack } from './stack/stack.ts';
import { startThrottlingProxy } from './throttling-proxy.ts';

/** After a crash a message comes back when its visibility timeout ends, which may be minutes: here soon. */
const COMES_BACK_SECONDS = 3;

/** How long a reordered batch is kept at most. */
const HELD_MS = 2_500;

export interface FaultsOptions {
  stack: Stack;
  /** A function's name in serverless.yml, by its full one. */
  shortName: (functionName: string) => string;
  mappings: () => readonly EventSourceMapping[];
  /** Lets the functions use another DynamoDB endpoint from their next invocation on. */
  useDynamodb: (endpoint: string) => Promise<void>;
}

/** What can be made to go wrong in the local run, as it does go wrong on AWS: nothing may be lost by any of it. */
export class Faults {
  readonly tables: Record<string, string>;
  readonly #options: FaultsOptions;
  readonly #listeners = new Set<(state: FaultState) => void>();
  #proxy: LoopbackProxy | undefined;
  #isProxied = false;
  #state: FaultState = quiet();
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: FaultsOptions) {
    this.#options = options;
    this.tables = Object.fromEntries(
      Object.entries(options.stack.tables).map(([logicalId, { name }]) => [logicalId, name]),
    );
  }

  state(): FaultState {
    return structuredClone(this.#state);
  }

  onChange(listener: (state: FaultState) => void): void {
    this.#listeners.add(listener);
  }

  /** One after the other, so that a consumer is not stopped and started at once. */
  change(change: FaultChange): Promise<FaultState> {
    const changed = this.#changing.then(() => this.#apply(change));
    this.#changing = changed.catch(() => {});
    return changed;
  }

  /** The invocation of a function by its mapping, with what is switched on around it. */
  wrap(functionName: string, queueUrl: string | undefined, invoke: Invoke): Invoke {
    const name = this.#options.shortName(functionName);
    return async (event, traceHeader) => {
      const { killed, delayed, duplicated, reordered } = this.#state;
      const delay = delayed[name];
      if (delay) {
        this.#strike('delayed');
        await pause(delay);
      }
      if (reordered.includes(name)) {
        this.#strike('reordered');
        shuffle((event as { Records: unknown[] }).Records);
        await pause(Math.random() * HELD_MS);
      }
      const when = killed[name];
      if (when) {
        delete this.#state.killed[name];
        this.#strike('killed');
        if (when === 'after') await invoke(event, traceHeader);
        if (queueUrl) await this.#comeBackSoon(queueUrl, event);
        throw new Error(`${name} was killed ${when} its work`);
      }
      const answer = await invoke(event, traceHeader);
      if (duplicated.includes(name)) {
        this.#strike('duplicated');
        await invoke(event, traceHeader);
      }
      return answer;
    };
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
  }

  async #apply(change: FaultChange): Promise<FaultState> {
    const state = this.#state;
    switch (change.fault) {
      case 'paused':
        await this.#pause(change.target, change.on);
        state.paused = switched(state.paused, change.target, change.on);
        break;
      case 'duplicated':
      case 'reordered':
        state[change.fault] = switched(state[change.fault], change.target, change.on);
        break;
      case 'killed':
        if (change.when) state.killed[change.target] = change.when;
        else delete state.killed[change.target];
        break;
      case 'delayed':
        if (change.ms > 0) state.delayed[change.target] = Math.min(10_000, change.ms);
        else delete state.delayed[change.target];
        break;
      case 'throttled':
        if (change.part > 0) state.throttled[change.target] = Math.min(1, change.part);
        else delete state.throttled[change.target];
        await this.#useProxyWhereThrottled();
        break;
      case 'none': {
        for (const name of state.paused) await this.#pause(name, false);
        this.#state = { ...quiet(), struck: state.struck };
        await this.#useProxyWhereThrottled();
      }
    }
    this.#tell();
    return this.state();
  }

  async #pause(name: string, on: boolean): Promise<void> {
    const { mappings, shortName } = this.#options;
    const found = mappings().filter(
      ({ functionArn }) => shortName(functionArn.split(':').at(-1) ?? '') === name,
    );
    if (found.length === 0) throw new Error(`There is no consumer ${name}.`);
    for (const mapping of found) {
      if (on) await mapping.stop();
      else mapping.start();
    }
  }

  /** Functions reach DynamoDB through the proxy only while a table is throttled: it costs each call something. */
  async #useProxyWhereThrottled(): Promise<void> {
    const { stack, useDynamodb } = this.#options;
    const isWanted = Object.keys(this.#state.throttled).length > 0;
    if (isWanted === this.#isProxied) return;
    this.#proxy ??= await startThrottlingProxy(stack.emulators.dynamodb, (table) => {
      const [logicalId = ''] = Object.entries(this.tables).find(([, name]) => name === table) ?? [];
      const strikes = Math.random() < (this.#state.throttled[logicalId] ?? 0);
      if (strikes) this.#strike('throttled');
      return strikes;
    });
    this.#isProxied = isWanted;
    await useDynamodb(isWanted ? this.#proxy.endpoint : stack.emulators.dynamodb);
  }

  async #comeBackSoon(queueUrl: string, event: unknown): Promise<void> {
    const { Records } = event as { Records: { receiptHandle: string }[] };
    const api = awsApi(this.#options.stack.emulators);
    await Promise.all(
      Records.map(({ receiptHandle }) =>
        // One whose work was done may be gone already.
        api
          .sqs('ChangeMessageVisibility', {
            QueueUrl: queueUrl,
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: COMES_BACK_SECONDS,
          })
          .catch(() => {}),
      ),
    );
  }

  #strike(kind: string): void {
    this.#state.struck[kind] = (this.#state.struck[kind] ?? 0) + 1;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.state());
  }
}

const quiet = (): FaultState => ({
  paused: [],
  killed: {},
  delayed: {},
  duplicated: [],
  reordered: [],
  throttled: {},
  struck: {},
});

const switched = (names: readonly string[], name: string, on: boolean): string[] => [
  ...names.filter((one) => one !== name),
  ...(on ? [name] : []),
];
