import type { Service } from './adversary.ts';
import type { Invocation } from './invocation.ts';

export interface Call {
  /** The function's name in serverless.yml. */
  function: string;
  invocation: Invocation;
  service: Service;
  name: string;
  input: Record<string, unknown>;
  command: object;
}

/**
 * A mistake that the code could have: what it sends, or answers, is changed on the way. Injected by tests only.
 */
export interface Defect {
  name: string;
  /** Sends something else, or answers by itself; `next` sends. */
  send?(call: Call, next: (command?: object) => Promise<unknown>): Promise<unknown>;
  /** Answers something else. `deadLetters` are the bodies that the invocation put into the dead letter queue. */
  result?(
    name: string,
    event: { Records?: unknown[] },
    result: unknown,
    deadLetters: readonly string[],
  ): unknown;
}
