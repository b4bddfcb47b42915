import { application } from '#application';
import { deliveryChecks } from '#functions/operations/audit/delivery-checks.ts';
import type { Adversary } from './adversary.ts';
import type { Clients } from './clients.ts';
import type { World } from './world.ts';

/** SNS takes as long as that to use a changed filter. */
const FILTER_MS = 900_000;

/** Of which the audit knows nothing: who has purged its queue has to send the deadlines again. */
export const DEADLINES = 'deadlines';

/** What loses messages for good. Answers the consumers that it hit: the audit has to find what they lack, but for deadlines. */
export async function loseMessages(
  world: World,
  adversary: Adversary,
  clients: Clients,
): Promise<Set<string>> {
  const { losses } = world;
  const hit = new Set<string>();
  if (!losses) return hit;
  const purgeDeadlines = async () => {
    if (!adversary.at(`losses/${DEADLINES}/purge`, 'queue purged', 0.1)) return;
    hit.add(DEADLINES);
    // The deadlines of an order are minutes away.
    await clients.pause(adversary.random(`losses/${DEADLINES}`).between(300_000, 1_200_000));
    losses.purge(DEADLINES);
  };
  await Promise.all([
    purgeDeadlines(),
    ...audited().map(async ([consumer, eventTypes]) => {
      const random = adversary.random(`losses/${consumer}`);
      const isPurged = adversary.at(`losses/${consumer}/purge`, 'queue purged', 0.06);
      const isLate = adversary.at(`losses/${consumer}/filter`, 'filter late', 0.06);
      if (isPurged || isLate) hit.add(consumer);
      if (isLate) losses.delayFilter(consumer, random.pick(eventTypes), random.between(1_000, FILTER_MS));
      if (!isPurged) return;
      await clients.pause(random.between(0, 300_000));
      losses.purge(consumer);
    }),
  ]);
  return hit;
}

/** Consumers of which the audit knows what they lack, and of which types. */
const audited = (): [consumer: string, eventTypes: readonly string[]][] =>
  deliveryChecks
    .map(({ consumer, eventTypes }): [string, readonly string[]] => [consumer, eventTypes])
    .filter(([, eventTypes]) => eventTypes.some(application.registry.isEventType));
