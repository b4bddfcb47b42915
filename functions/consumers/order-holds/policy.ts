import { customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import { fraudReviewAggregate } from '#domain/fraud-review.ts';
import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import type { Hold } from '#domain/order/events.ts';
import { type Asking, commandTo, issue, type Policy, warn } from '#kit/events/policy.ts';

/**
 * Carries what people decided to the order: a hold is released, or the order is cancelled (order-payments refunds what
 * was paid). A cancelled order needs no decision any more.
 */
export const orderHolds: Policy<DomainEvent> = {
  consumer: 'order-holds',
  on: {
    FraudReviewApproved: ({ aggregateId, data }) => [release(aggregateId, 'fraud', data.by)],
    CustomsDeclarationCleared: ({ aggregateId, data }) => [release(aggregateId, 'customs', data.by)],
    FraudReviewRejected: ({ aggregateId }) => cancel(aggregateId, 'fraud_rejected'),
    CustomsDeclarationRefused: ({ aggregateId }) => cancel(aggregateId, 'customs_refused'),

    /** Both, whatever the order was held by: an order from before there were holds has reviews too. */
    OrderCancelled: ({ aggregateId }) => {
      const close = { type: 'close' as const, reason: 'order_cancelled' };
      return [
        commandTo(fraudReviewAggregate, aggregateId, close),
        commandTo(customsDeclarationAggregate, aggregateId, close),
      ];
    },
  },
};

const release = (orderId: string, hold: Hold, by: string) =>
  commandTo(orderAggregate, orderId, { type: 'releaseHold', hold, by });

function* cancel(orderId: string, reason: string): Asking<[]> {
  const { rejected } = yield* issue(
    commandTo(
      orderAggregate,
      orderId,
      { type: 'cancel', reason },
      { tolerates: ['order_already_cancelled', 'order_already_shipped', 'order_already_delivered'] },
    ),
  );
  // Only an order that the hold did not hold can have left: it is for people to call the goods back.
  if (rejected !== undefined && rejected !== 'order_already_cancelled') {
    yield* warn('shipped before it was decided', { rule: rejected, reason });
  }
  return [];
}
