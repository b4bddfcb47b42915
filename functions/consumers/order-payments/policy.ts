import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { type OrderState, paidAmount, takenOf } from '#domain/order/state.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { freeOf } from '#domain/payment/state.ts';
import { commandTo, issue, type Policy, stateOf } from '#kit/events/policy.ts';

/** Pays orders with what was captured for them; what an order does not take, or not any more, is refunded. */
export const orderPayments: Policy<DomainEvent> = {
  consumer: 'order-payments',
  on: {
    /**
     * What was given back, was to be given back, or was taken back by the bank before this ran pays for nothing. The payment is read before the
     * order: while the order lives, nothing of what is kept was given back because it was cancelled.
     */
    *PaymentCaptured({ aggregateId: paymentId, data: { orderId, captureId, amount, currency } }) {
      const payment = yield* stateOf(paymentAggregate, paymentId);
      const available = payment.status === 'none' ? 0 : freeOf(payment);
      const capture = { paymentId, captureId };
      const order = yield* stateOf(orderAggregate, orderId);
      const isTaken = takenOf(order, capture) > 0;
      const untaken = available - takenAliveOf(order, paymentId);
      if (untaken <= 0) return [];
      const { state = order, rejected } = isTaken
        ? { state: order }
        : yield* issue(
            commandTo(
              orderAggregate,
              orderId,
              { type: 'applyCapture', ...capture, amount: Math.min(amount, untaken), currency },
              { tolerates: ['order_not_found'] },
            ),
          );
      const excess = Math.min(amount - takenOf(state, capture), available - takenAliveOf(state, paymentId));
      if (excess <= 0) return [];
      return [refund(paymentId, `excess:${captureId}`, excess, rejected ?? reasonOf(state, currency))];
    },

    OrderCancelled: ({ data: { payments } }) =>
      payments.map(({ paymentId, captureId, amount }) =>
        refund(paymentId, `order_cancelled:${captureId}`, amount, 'order_cancelled'),
      ),
  },
};

/** What an order has taken of a payment, unless it was cancelled and gives it back. */
const takenAliveOf = (order: OrderState, paymentId: string): number =>
  order.status === 'none' || order.status === 'cancelled'
    ? 0
    : paidAmount({ payments: order.payments.filter((taken) => taken.paymentId === paymentId) });

function reasonOf(order: OrderState, currency: string): string {
  if (order.status === 'cancelled') return 'order_cancelled';
  return order.status !== 'none' && order.currency !== currency ? 'other_currency' : 'excess';
}

/** At most what is kept: that it was refunded before, for whatever cause, is just as good. */
const refund = (paymentId: string, refundId: string, amount: number, reason: string) =>
  commandTo(
    paymentAggregate,
    paymentId,
    { type: 'requestRefund', refundId, amount, upTo: true, reason },
    { tolerates: ['payment_already_refunded'] },
  );
