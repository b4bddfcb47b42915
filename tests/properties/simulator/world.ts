import type { Application } from '#kit/config/application.ts';
import type { Item } from '#tests/properties/fakes/expression.ts';
import type { Clock } from './clock.ts';
import type { Functions } from './functions.ts';
import type { Ledger } from './ledger.ts';

export interface DeadLetter {
  consumer: string;
  body: string;
  receiveCount: number;
  /** Message attributes by name: the reason, if our code put it there. */
  reason: Readonly<Record<string, string>>;
}

/** Who gets what, by the template. */
export interface Subscription {
  consumer: string;
  filterPolicy: object;
  maxReceiveCount: number;
}

/** An event that an operation has sent. */
export interface SentByOperation {
  eventId: string;
  /** The consumer whose queue has taken it; absent where that is the topic. */
  consumer?: string;
  /** ms since 1970. */
  at: number;
}

/** AWS with our functions in it: the fakes, or the emulators. */
export interface World {
  /** Reads every event that there is. */
  application: Application;
  clock: Clock;
  /** How long a client waits for an answer: as long as API Gateway does. */
  patienceMs: number;
  functions: Functions;
  ledger: Ledger;
  subscriptions: readonly Subscription[];
  /** Puts a message straight into a consumer's queue. */
  deliver(consumer: string, body: string): Promise<void>;
  /** What loses messages; absent where it would take too long. */
  losses?: {
    /** Empties a consumer's queue, what is in flight included. */
    purge(consumer: string): void;
    /** For so long the consumer's filter is that of before it took this type. */
    delayFilter(consumer: string, eventType: string, ms: number): void;
  };
  /** What an operation has to be held to; absent where time is not simulated. */
  traces?: {
    /** When the event was appended, by the table; ms since 1970. */
    appendedAt(eventId: string): number;
    /** What operations have sent, in this order. */
    sentByOperations: readonly SentByOperation[];
  };
  /** Its tick runs each minute, to the last deadline: where time is not simulated, deadlines are too far away. */
  ticks: boolean;
  /** Runs until nothing is left to do, `clients` included. Rejects where that takes for ever. */
  waitUntilIdle(clients: Promise<unknown>): Promise<void>;
  events(): Promise<Item[]>;
  readModel(): Promise<Item[]>;
  /** Everything in every dead letter queue. */
  deadLetters(): Promise<DeadLetter[]>;
  /** What `takes` goes back to its queue, with a new life. */
  redrive(takes: (letter: DeadLetter) => boolean): Promise<void>;
  /** Signs that the machine was too slow for this run; none where time is simulated. */
  slowness(): string[];
  close(): Promise<void>;
}
