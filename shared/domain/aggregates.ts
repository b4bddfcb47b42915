import type { Aggregate } from '#kit/events/aggregate.ts';
import type { AggregateType, NewEvent } from '#kit/events/event.ts';
import { customerAggregate } from './customer/customer.ts';
import type { DomainEvent } from './index.ts';
import { inventoryAggregate } from './inventory/inventory.ts';
import { orderAggregate } from './order/order.ts';
import { paymentAggregate } from './payment/payment.ts';

const aggregates: Record<AggregateType, unknown> = {
  customer: customerAggregate,
  order: orderAggregate,
  payment: paymentAggregate,
  inventory: inventoryAggregate,
};

/**
 * Folds a stream whose kind is known only when it runs. Throws MisplacedEvent for an event that cannot follow
 * those before it.
 */
export function assertFolds(aggregateType: AggregateType, events: readonly DomainEvent[]): void {
  const { evolve, initialState } = aggregates[aggregateType] as Aggregate<unknown, unknown, NewEvent>;
  events.reduce<unknown>(evolve, initialState);
}
