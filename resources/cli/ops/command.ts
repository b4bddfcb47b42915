import { setTimeout as pause } from 'node:timers/promises';
import type { InvokeByName } from './invokers.ts';
import type { ProgressBar } from './progress-bar.ts';

/** Time, for a command that waits; in milliseconds. */
export interface Clock {
  now(): number;
  sleep(ms: number): Promise<unknown>;
}

export const systemClock: Clock = { now: Date.now, sleep: (ms) => pause(ms) };

export interface Context {
  invoke: InvokeByName;
  progress: ProgressBar;
  clock: Clock;
}

export interface Outcome {
  /** What `--json` prints. */
  result: object;
  /** What a person reads. */
  text: string;
  /** False = exit 1: something was left undone. */
  ok: boolean;
}

/** One operation of `npm run ops`. */
export interface Command {
  usage: string;
  /** As `parseArgs` of node:util takes them. */
  options: Record<string, { type: 'string' | 'boolean' }>;
  run(values: Values, context: Context): Promise<Outcome>;
}

export type Values = Record<string, string | boolean | undefined>;

/** `50` or `50/s`. Throws an Error that says so. */
export function rateOf(given: string | boolean | undefined): { rate?: number } {
  if (given === undefined) return {};
  const [, digits] = /^([1-9]\d{0,8})(?:\/s)?$/.exec(String(given)) ?? [];
  if (!digits) throw new Error(`--rate ${given}: say it as 50/s`);
  return { rate: Number(digits) };
}

/** The values that were given, of these. */
export const givenOf = (values: Values, ...names: string[]): Values =>
  Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
