import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { type FilterAttributes, toPublishable } from '#kit/event-store/event-item.ts';
import { timeOf } from '#kit/events/ids.ts';
import { matchesFilter } from '#kit/messaging/filter-policy.ts';
import { attributesOf } from '#kit/messaging/outgoing-message.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { type CheckReads, createCheckReads } from '#kit/operations/check-reads.ts';
import { readsAttributes, subscriptions } from '#kit/operations/subscriptions.ts';
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

/**
 * Which of these events (up to 100, of one type) have not arrived. Of an event older than 29 days only projections
 * are asked: the others may have forgotten it.
 * AWS calls: those of the delivery checks, and a batch get where a filter asks for more than the type; nothing where
 * there are no events.
 */
export async function checkDelivery(
  runtime: Runtime,
  eventType: string,
  keys: readonly EventKey[],
): Promise<Finding[]> {
  const oldest = runtime.now() - REPEATABLE_MS;
  const findings = new Map<string, Finding>();
  const reads = createCheckReads(runtime);
  const received = receivedBy(runtime, keys, reads);
  const answers = await Promise.all(
    checksOf(eventType).map(async (check) => {
      const remembered = check.projection ? keys : keys.filter(({ eventId }) => timeOf(eventId) >= oldest);
      const asked = await received(check.consumer, remembered);
      return {
        check,
        undelivered: asked.length > 0 ? await check.findUndelivered(runtime, asked, reads) : [],
      };
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

/** Of events of one type, those that the filter of a consumer lets through. The events are read once, where a filter needs it. */
function receivedBy(runtime: Runtime, keys: readonly EventKey[], reads: CheckReads) {
  const filters = new Map(subscriptions(runtime).map(({ consumer, filter }) => [consumer, filter]));
  let stored: Promise<Map<string, FilterAttributes>> | undefined;
  const readAttributes = async () =>
    new Map(
      (await reads.stored(keys)).map((item) => [item.eventId, attributesOf(runtime, toPublishable(item))]),
    );
  return async (consumer: string, some: readonly EventKey[]): Promise<readonly EventKey[]> => {
    const filter = filters.get(consumer);
    if (!filter || !readsAttributes(filter) || some.length === 0) return some;
    stored ??= readAttributes();
    const attributes = await stored;
    return some.filter(({ eventId }) => {
      const own = attributes.get(eventId);
      // Of what is not there nobody knows: its check says that it has not arrived.
      return own === undefined || matchesFilter(filter, own);
    });
  };
}
