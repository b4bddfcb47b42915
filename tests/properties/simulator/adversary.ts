import type { Fault, FaultKind } from './faults.ts';
import { type Random, randomOf } from './random.ts';

export type AwsService = 'dynamo' | 'sns' | 'sqs';

/** What a function may call: AWS, and whoever delivers the email. */
export type Service = AwsService | 'mail';

const AT_ANY_CALL: readonly FaultKind[] = [
  'throttled',
  'throttled',
  'throttled',
  'answer lost',
  'sent twice',
  'killed before',
  'killed after',
  'stalled before',
  'stalled after',
  'slow',
  'slow',
  'slow',
];

const BATCHES = new Set([
  'PublishBatchCommand',
  'ChangeMessageVisibilityBatchCommand',
  'DeleteMessageBatchCommand',
  'SendMessageBatchCommand',
]);

/** They are no failures, so they may be frequent. */
const several = (kind: FaultKind): FaultKind[] => Array(6).fill(kind);

/** Of a fault in a call. There are far fewer calls to the topic and to queues, and each matters. */
const FREQUENCY: Record<Service, number> = { dynamo: 0.08, sns: 0.25, sqs: 0.2, mail: 0.15 };

/** Operations call queues and the topic a few times in a run, and a rebuild scans a few times. */
const OPERATION = /^(redrive|republish|rebuild)\//;
const FREQUENCY_IN_OPERATIONS = 0.5;

interface Outage {
  place: string;
  service: Service;
  from: number;
  to: number;
}

export interface AdversaryOptions {
  seed: number;
  /** When the faults may begin, and when they stop; ms since 1970. */
  from: number;
  /** How fast its outages come and go; 1 = one in four minutes, of some seconds. */
  pace: number;
  /** Only the faults at these places. */
  only?: ReadonlySet<string> | undefined;
  /** No fault of these kinds. */
  without?: ReadonlySet<FaultKind> | undefined;
}

/**
 * Decides by the seed, and by nothing else, which fault happens at which place. Each run has its own temper: some
 * kinds are frequent, some are left out.
 */
export class Adversary {
  /** What it did so far. */
  readonly faults: Fault[] = [];
  readonly #seed: number;
  readonly #only: ReadonlySet<string> | undefined;
  readonly #without: ReadonlySet<FaultKind>;
  readonly #temper = new Map<FaultKind, number>();
  readonly #outages: Outage[] = [];
  readonly #seen = new Set<string>();
  #stopped = false;

  constructor({ seed, from, pace, only, without = new Set() }: AdversaryOptions) {
    this.#seed = seed;
    this.#only = only;
    this.#without = without;
    const outages = randomOf(seed, 'outages');
    let at = from;
    for (let index = 0; index < 20; index++) {
      at += outages.next() * 480_000 * pace;
      const to = at + (2_000 + outages.next() * 13_000) * pace;
      const service = outages.pick(['dynamo', 'dynamo', 'sns', 'sqs'] as const);
      this.#outages.push({ place: `outage/${index}`, service, from: at, to });
      at = to;
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  random(place: string): Random {
    return randomOf(this.#seed, place);
  }

  /** The fault of one call to AWS, if there is one. */
  atCall(place: string, service: Service, command: string, now: number): FaultKind | undefined {
    if (this.#stopped) return this.#afterEnd(place, command);
    const outage = this.#outages.find((one) => one.service === service && one.from <= now && now < one.to);
    if (outage && this.#admits(outage.place)) {
      if (!this.#seen.has(outage.place)) this.#note(outage.place, 'outage');
      return 'throttled';
    }
    const kinds = [...AT_ANY_CALL];
    if (BATCHES.has(command)) {
      kinds.push('entries failed', 'entries failed');
    }
    if (command === 'TransactWriteCommand') kinds.push('conflict', 'conflict');
    if (command === 'QueryCommand') kinds.push(...several('page cut'), ...several('stale read'));
    if (command === 'ScanCommand') kinds.push(...several('page cut'), ...several('stale read'));
    if (command === 'BatchGetCommand') kinds.push(...several('left over'), ...several('stale read'));
    if (command === 'BatchExecuteStatementCommand') kinds.push(...several('left over'));
    if (command === 'GetCommand' || command === 'GetItemCommand') kinds.push(...several('stale read'));
    const random = randomOf(this.#seed, place);
    const isOperation = service === 'dynamo' ? command === 'ScanCommand' : OPERATION.test(place);
    if (!random.hits(isOperation ? FREQUENCY_IN_OPERATIONS : FREQUENCY[service])) return undefined;
    const kind = random.pick(kinds);
    return random.hits(this.#temperOf(kind)) ? this.#happens(place, kind) : undefined;
  }

  /** What DynamoDB always does, faults or none: whoever checks in the end has to take it as well. */
  #afterEnd(place: string, command: string): FaultKind | undefined {
    const always: Readonly<Record<string, FaultKind>> = {
      QueryCommand: 'page cut',
      ScanCommand: 'page cut',
      BatchGetCommand: 'left over',
      BatchExecuteStatementCommand: 'left over',
    };
    const kind = always[command];
    return kind && randomOf(this.#seed, place).hits(0.02) ? this.#happens(place, kind) : undefined;
  }

  /** Whether that happens at this place. */
  at(place: string, kind: FaultKind, probability: number): boolean {
    if (this.#stopped || !randomOf(this.#seed, place).hits(probability * this.#temperOf(kind) * 2))
      return false;
    return this.#happens(place, kind) !== undefined;
  }

  #happens(place: string, kind: FaultKind): FaultKind | undefined {
    if (!this.#admits(place) || this.#without.has(kind)) return undefined;
    this.#note(place, kind);
    return kind;
  }

  #note(place: string, kind: FaultKind): void {
    this.#seen.add(place);
    this.faults.push({ place, kind });
  }

  #admits(place: string): boolean {
    return this.#only === undefined || this.#only.has(place);
  }

  #temperOf(kind: FaultKind): number {
    let temper = this.#temper.get(kind);
    if (temper === undefined) {
      const random = randomOf(this.#seed, `temper/${kind}`);
      temper = random.hits(0.15) ? 0 : 0.2 + 0.8 * random.next();
      this.#temper.set(kind, temper);
    }
    return temper;
  }
}
