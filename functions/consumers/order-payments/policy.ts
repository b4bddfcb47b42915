import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment.ts';
import { commandTo, issue, type Policy, stateOf } from '#kit/events/policy.ts';

/** Pays orders with what was captured for them; what an order cannot take, or not any more, is refunded. */
export const orderPayments: Policy<DomainEvent> = {
  consumer: 'order-payments',
  on: {
    /**
     * Pays the order, or refunds the payment with the rule that the order holds against it as the reason. A payment that
     * was refunded already pays for nothing, however late its message is.
     */
    *PaymentCaptured({ aggregateId: paymentId, data: { orderId, amount, currency } }) {
      const payment = yield* stateOf(paymentAggregate, paymentId);
      if (payment.status === 'refunded') return [];
      const { rejected } = yield* issue(
        commandTo(
          orderAggregate,
          orderId,
          { type: 'pay', paymentId, amount, currency },
          { tolerates: 'any' },
        ),
      );
      return rejected === undefined ? [] : [refund(paymentId, rejected)];
    },

    OrderCancelled: ({ data: { paymentId } }) =>
      paymentId === undefined ? [] : [refund(paymentId, 'order_cancelled')],
  },
};

/** That it was refunded before, for whatever cause, is just as good. */
const refund = (paymentId: string, reason: string) =>
  commandTo(
    paymentAggregate,
    paymentId,
    { type: 'refund', reason },
    { tolerates: ['payment_already_refunded'] },
  );
