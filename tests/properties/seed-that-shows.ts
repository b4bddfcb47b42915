import type { DeliberateDefect } from './defects/deliberate.ts';
import type { Deployment } from './simulator/deployment.ts';
import { runVirtual } from './simulator/run-virtual.ts';

/** A run. */
export const ORDERS = 15;
const MOST_SEEDS = 100;

/**
 * The seed of a run in which the checks call the defect what it is and, where one kind of fault exposes it, find nothing without
 * that kind. The `recorded` one is tried first. Undefined where none of the first hundred is one.
 */
export async function seedThatShows(
  deployment: Deployment,
  defect: DeliberateDefect,
  recorded?: number,
): Promise<number | undefined> {
  if (recorded !== undefined && (await shows(deployment, defect, recorded))) return recorded;
  for (let seed = 1; seed <= MOST_SEEDS; seed++) if (await shows(deployment, defect, seed)) return seed;
  return undefined;
}

async function shows(deployment: Deployment, defect: DeliberateDefect, seed: number): Promise<boolean> {
  const { caughtAs, exposedBy, operated } = defect;
  const run = { seed, orders: ORDERS, defect, operated };
  const { findings } = await runVirtual(deployment, run);
  if (!findings.some(({ kind }) => caughtAs.includes(kind))) return false;
  if (!exposedBy) return true;
  const without = await runVirtual(deployment, { ...run, without: new Set([exposedBy]) });
  return without.findings.length === 0;
}
