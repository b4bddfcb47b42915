import { runAudit } from '#tests/properties/simulator/operations.ts';
import type { World } from '#tests/properties/simulator/world.ts';
import type { Findings } from './findings.ts';

/**
 * The audit, which sees of everything only traces, must come to the same as the checks do that see all: where these
 * find nothing, nothing is missing. (What it must find where something is missing is tested with it.)
 */
export async function checkAudit(world: World, findings: Findings): Promise<void> {
  for (const { eventType, streamId, version, missingAt } of await runAudit(world, false)) {
    const who = missingAt.map(({ consumer }) => consumer).join(', ');
    findings.add('lost', `audit: ${who} lacks ${eventType} ${streamId}@${version}`);
  }
}
