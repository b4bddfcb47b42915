import { type CustomsDeclarationState, customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { endOfHolds } from '#domain/order/holds.ts';
import { commandTo, issue, type Policy, type PolicyCommand, stateOf } from '#kit/events/policy.ts';

export interface CustomsSettings {
  reviewHours: number;
}

/** Opens a declaration for each order that goes abroad. An order that waits for nothing any more has it closed. */
export const customs = (settings: CustomsSettings): Policy<DomainEvent> => ({
  consumer: 'customs',
  on: {
    *OrderCreated(created) {
      yield* issue(open(created, settings));
      // As in fraud-review: read after the declaration was opened, so that either this or the cancellation's message closes it.
      const reason = endOfHolds(yield* stateOf(orderAggregate, created.aggregateId));
      if (reason === undefined) return [];
      return [commandTo(customsDeclarationAggregate, created.aggregateId, { type: 'close', reason })];
    },
  },
});

const HOUR_MS = 3_600_000;

function open(
  { aggregateId: orderId, data, metadata }: DomainEventOf<'OrderCreated'>,
  { reviewHours }: CustomsSettings,
): PolicyCommand<CustomsDeclarationState> {
  const { customerId, currency, total: value, shippingAddress } = data;
  const items = data.items.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice }));
  const { country } = shippingAddress;
  const dueAt = new Date(Date.parse(metadata.timestamp) + reviewHours * HOUR_MS).toISOString();
  return commandTo(
    customsDeclarationAggregate,
    orderId,
    { type: 'open', orderId, customerId, country, currency, value, items, dueAt },
    { creates: true },
  );
}
