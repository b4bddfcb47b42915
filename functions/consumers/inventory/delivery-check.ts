import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { stateOf, typesOf } from '#kit/events/policy.ts';
import { policyCheck } from '#kit/operations/policy-check.ts';
import { inventory, waitsForStock } from './policy.ts';

/**
 * An order that is alive and waits for no stock tells by itself that its OrderCreated has nothing left to do; so the streams
 * of its SKUs are read for the others only.
 */
export const deliveryCheck = policyCheck<DomainEvent>(typesOf(inventory), () => inventory, {
  *isSettled({ eventType, aggregateId }) {
    if (eventType !== 'OrderCreated') return false;
    const order = yield* stateOf(orderAggregate, aggregateId);
    return order.status !== 'none' && order.status !== 'cancelled' && !waitsForStock(order);
  },
});
