import type { Endpoints } from '#resources/local/emulators/index.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { Adversary } from './adversary.ts';
import type { Deployment } from './deployment.ts';
import { emulatedWorld } from './emulated-world.ts';
import { type RunReport, simulate } from './simulation.ts';

/** The clients' minute takes little more than a second. */
const PACE = 0.02;

export interface EmulatedRun {
  seed: number;
  orders: number;
  prefix: string;
  emulators: Endpoints;
  template: Template;
  deployment: Deployment;
}

/** One run on the real emulators. What happens at a place follows from the seed, when it happens does not. */
export async function runEmulated({ seed, orders, prefix, ...parts }: EmulatedRun): Promise<RunReport> {
  const adversary = new Adversary({ seed, from: Date.now(), pace: PACE });
  const world = await emulatedWorld({ ...parts, adversary, prefix });
  try {
    return await simulate({ seed, orders, world, adversary, pace: PACE, retryBaseSeconds: 0 });
  } finally {
    await world.close();
  }
}
