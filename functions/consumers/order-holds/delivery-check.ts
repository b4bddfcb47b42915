import type { DomainEvent, EventType } from '#domain/index.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { fromItem } from '#kit/event-store/event-item.ts';
import { isFulfilled, planPolicy, tablesOf } from '#kit/messaging/plan-policy.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { orderHolds } from './policy.ts';

/**
 * By the plan of the policy: an event has been delivered when its commands have nothing left to do.
 * AWS calls: a batch get for each 100, and a query or two for each.
 */
export const deliveryCheck: DeliveryCheck = {
  consumer: orderHolds.consumer,
  eventTypes: [
    'FraudReviewApproved',
    'FraudReviewRejected',
    'CustomsDeclarationCleared',
    'CustomsDeclarationRefused',
  ] satisfies EventType[],
  async findUndelivered(runtime, keys) {
    const { registry } = runtime.application;
    const events = (await getStored(runtime, keys)).map((item) => registry.upcast(fromItem(item)));
    const plans = await Promise.all(
      events.map((event) => planPolicy(runtime, orderHolds, event as DomainEvent, tablesOf(runtime))),
    );
    const open = new Set(
      events.flatMap(({ eventId }, at) => (isFulfilled(plans[at] ?? []) ? [] : [eventId])),
    );
    return keys.filter(({ eventId }) => open.has(eventId)).map((key) => ({ key }));
  },
};
