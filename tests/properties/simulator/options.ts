import { parseArgs } from 'node:util';

export interface Options {
  runs: number;
  orders: number;
  /** Of the first run; the others follow. */
  seed: number;
  /** Which part of the runs is on the real emulators, 0–1. */
  emulators: number;
  /** Only the faults at these places. */
  only?: ReadonlySet<string>;
}

export const USAGE = `npm run simulate -- [--runs N] [--orders M] [--seed S] [--emulators SHARE] [--only PLACE,PLACE]

  --runs       how many runs (20)
  --orders     orders a run (40)
  --seed       of the first run; the others follow it (by the clock)
  --emulators  which share of the runs is on the real emulators, the rest on the stand-in (0.1)
  --only       only the faults at these places, as a failing run prints them; implies one run on the stand-in`;

/** Throws an Error with the usage for what it does not know. */
export function readOptions(args: readonly string[], now: number): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        runs: { type: 'string' },
        orders: { type: 'string', default: '40' },
        seed: { type: 'string' },
        emulators: { type: 'string', default: '0.1' },
        only: { type: 'string' },
      },
    });
    const one = values.only !== undefined;
    return {
      runs: numeric('runs', values.runs ?? (one ? '1' : '20'), 1),
      orders: numeric('orders', values.orders, 1),
      seed: numeric('seed', values.seed ?? String(now % 1_000_000_000), 0),
      emulators: one ? 0 : share(values.emulators),
      ...(values.only !== undefined && { only: new Set(values.only.split(',').filter(Boolean)) }),
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function numeric(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`--${name} must be a whole number of at least ${least}, not ${text}`);
}

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new Error(`--emulators must be between 0 and 1, not ${text}`);
}
