import { Adversary } from './adversary.ts';
import { VirtualClock } from './clock.ts';
import type { Defect } from './defect.ts';
import type { Deployment } from './deployment.ts';
import type { FaultKind } from './faults.ts';
import { type RunReport, simulate } from './simulation.ts';
import { virtualWorld } from './virtual-world.ts';

/** The read model's listings begin in 2026. */
const START = Date.parse('2026-11-02T20:00:00.000Z');

export interface VirtualRun {
  seed: number;
  orders: number;
  rush?: number;
  operated?: boolean | undefined;
  only?: ReadonlySet<string> | undefined;
  defect?: Defect | undefined;
  without?: ReadonlySet<FaultKind> | undefined;
}

/** One run on the fakes: the same seed, the same run. Not two at once in one process: it sets the global clock. */
export async function runVirtual(deployment: Deployment, run: VirtualRun): Promise<RunReport> {
  const { seed, orders, rush, operated, only, without, defect } = run;
  const clock = new VirtualClock(START);
  const adversary = new Adversary({ seed, from: START, pace: 1, only, without });
  const realNow = Date.now;
  // Powertools' idempotency takes the time from here.
  Date.now = () => clock.now();
  try {
    const world = virtualWorld({ deployment, adversary, clock, defect });
    return await simulate({ seed, orders, rush, operated, world, adversary, pace: 1, retryBaseSeconds: 2 });
  } finally {
    Date.now = realNow;
  }
}
