import type { Adversary } from './adversary.ts';
import type { VirtualClock } from './clock.ts';
import type { Functions } from './functions.ts';

/** What every part of the virtual world works with. */
export interface Machinery {
  clock: VirtualClock;
  adversary: Adversary;
  functions: Functions;
  /** The world is not idle until this has ended. */
  during(work: Promise<unknown>): Promise<void>;
}
