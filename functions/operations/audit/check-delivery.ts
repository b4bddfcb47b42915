import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { checksOf } from './delivery-checks.ts';

/** An event that has not arrived everywhere. */
export interface Finding extends EventKey {
  eventType: string;
  /** Who has not had it, as far as can be seen. */
  missingAt: MissingAt[];
}

export interface MissingAt {
  consumer: string;
  /** The version at which a projection is with this stream, 0 where it has no view; no projection, no version. */
  reached?: number;
}

/** True where others have had it, or there are no others. */
export const isMissingOnlyAtProjections = ({ missingAt }: Finding): boolean =>
  missingAt.every(({ reached }) => reached !== undefined);

/**
 * Which of these events (up to 100, of one type) have not arrived. Of an event older than 29 days only projections
 * are asked: the others may have forgotten it.
 * AWS calls: at most a batch get for each delivery check, see there; nothing where there are no events.
 */
export async function checkDelivery(
  runtime: Runtime,
  eventType: string,
  keys: readonly EventKey[],
): Promise<Finding[]> {
  const oldest = runtime.now() - REPEATABLE_MS;
  const findings = new Map<string, Finding>();
  const answers = await Promise.all(
    checksOf(eventType).map(async (check) => {
      const asked = check.projection ? keys : keys.filter(({ eventId }) => timeOf(eventId) >= oldest);
      return { check, undelivered: asked.length > 0 ? await check.findUndelivered(runtime, asked) : [] };
    }),
  );
  for (const { check, undelivered } of answers) {
    for (const { key, reached } of undelivered) {
      const { streamId, version, eventId } = key;
      const lack = { consumer: check.consumer, ...(reached !== undefined && { reached }) };
      const missingAt = [...(findings.get(eventId)?.missingAt ?? []), lack];
      findings.set(eventId, { eventType, streamId, version, eventId, missingAt });
    }
  }
  return [...findings.values()];
}
