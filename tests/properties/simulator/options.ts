import { UsageError, type Values } from '#resources/cli/arguments.ts';

export interface Options {
  runs: number;
  orders: number;
  /** Of the first run; the others follow. */
  seed: number;
  /** Which part of the runs is on the real emulators, 0–1. */
  emulators: number;
  /** Only the faults at these places. */
  only?: ReadonlySet<string>;
  /** Only this: for each deliberate defect, the first seed that shows it. */
  findSeeds: boolean;
}

export const USAGE = `npm run simulate -- [--runs N] [--orders M] [--seed S] [--emulators SHARE] [--only PLACE,PLACE]
                    | --find-seeds

  --runs       how many runs (20)
  --orders     orders a run (40)
  --seed       of the first run; the others follow it (by the clock)
  --emulators  which share of the runs is on the real emulators, the rest on the fakes (0.1)
  --find-seeds only this: finds for each deliberate defect a seed that shows it, and writes tests/properties/defect-seeds.json
  --only       only the faults at these places, as a failing run prints them; implies one run on the fakes

Exit status: 0 = all is well, 1 = something was found, 2 = the machine was too slow to judge some runs on the
emulators, or the simulation itself failed.`;

export const flags = {
  runs: { type: 'string' },
  orders: { type: 'string' },
  seed: { type: 'string' },
  emulators: { type: 'string' },
  only: { type: 'string' },
  'find-seeds': { type: 'boolean' },
} as const;

/** Throws a UsageError for a value that a flag does not take. */
export function readOptions(values: Values<typeof flags>, now: number): Options {
  const { runs, orders = '40', seed, emulators = '0.1', only } = values;
  const one = only !== undefined;
  return {
    runs: numeric('runs', runs ?? (one ? '1' : '20'), 1),
    findSeeds: values['find-seeds'] ?? false,
    orders: numeric('orders', orders, 1),
    seed: numeric('seed', seed ?? String(now % 1_000_000_000), 0),
    emulators: one ? 0 : share(emulators),
    ...(one && { only: new Set(only.split(',').filter(Boolean)) }),
  };
}

function numeric(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} must be a whole number of at least ${least}, not ${text}`);
}

function share(text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`--emulators must be between 0 and 1, not ${text}`);
}
