import type { Audited } from '#functions/operations/audit/audit.ts';
import { timeOf } from '#kit/events/ids.ts';
import type { World } from '#tests/properties/simulator/world.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

/**
 * The audit, which sees of everything only traces, must come to the same as the checks do that see all: where these
 * find nothing, nothing is missing. (What it must find where something is missing is tested with it.)
 */
export async function checkAudit(world: World, { events }: History, findings: Findings): Promise<void> {
  const first = Math.min(...events.map(({ eventId }) => timeOf(eventId)));
  const asked = { from: new Date(first).toISOString(), limit: 0, redeliver: false };
  let answer: Audited | undefined;
  const ask = async () => {
    do {
      const continuationToken = answer?.continuationToken;
      const event: object = { ...asked, ...(continuationToken && { continuationToken }) };
      answer = (await world.functions.start('audit', event).answer) as Audited;
      for (const { eventType, streamId, version, missingAt } of answer.behind) {
        const who = missingAt.map(({ consumer }) => consumer).join(', ');
        findings.add('lost', `audit: ${who} lacks ${eventType} ${streamId}@${version}`);
      }
    } while (answer.continuationToken);
  };
  await world.waitUntilIdle(ask());
}
