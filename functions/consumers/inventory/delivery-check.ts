import { application } from '#application';
import type { DomainEvent, EventType } from '#domain/index.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { isFulfilled, planPolicy, tablesOf } from '#kit/messaging/plan-policy.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { inventory } from './policy.ts';

/**
 * By what the policy would still do about a filled back order. Others tell of the rest of what it receives. AWS calls: a
 * batch get for each 100 events, and consistent queries of each order and of the stock of its other SKUs.
 */
export const deliveryCheck: DeliveryCheck = {
  consumer: 'inventory',
  eventTypes: ['BackorderFilled'] satisfies EventType[],
  async findUndelivered(runtime, keys) {
    const stored = await getStored(runtime, keys);
    const events = stored.map((item) => application.registry.upcast(item) as DomainEvent);
    const plans = await Promise.all(
      events.map((event) => planPolicy(runtime, inventory, event, tablesOf(runtime))),
    );
    return events
      .filter((_, index) => !isFulfilled(plans[index] ?? []))
      .map(({ streamId, version, eventId }) => ({ key: { streamId, version, eventId } }));
  },
};
