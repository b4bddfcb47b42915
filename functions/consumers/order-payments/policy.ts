import type { DomainEvent } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { type OrderState, takenOf } from '#domain/order/state.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { balanceOf } from '#domain/payment/state.ts';
import { commandTo, issue, type Policy, stateOf } from '#kit/events/policy.ts';

/** Pays orders with what was captured for them; what an order does not take, or not any more, is refunded. */
export const orderPayments: Policy<DomainEvent> = {
  consumer: 'order-payments',
  on: {
    /** A payment of which nothing is kept any more pays for nothing, however late its message is. */
    *PaymentCaptured({ aggregateId: paymentId, data: { orderId, captureId, amount, currency } }) {
      const payment = yield* stateOf(paymentAggregate, paymentId);
      const capture = { paymentId, captureId };
      const order = yield* stateOf(orderAggregate, orderId);
      if (takenOf(order, capture) === 0 && (payment.status === 'none' || balanceOf(payment).kept <= 0))
        return [];
      const { state, rejected } = yield* issue(
        commandTo(
          orderAggregate,
          orderId,
          { type: 'applyCapture', ...capture, amount, currency },
          { tolerates: ['order_not_found'] },
        ),
      );
      const excess = amount - (state ? takenOf(state, capture) : 0);
      if (excess <= 0) return [];
      const reason = rejected ?? reasonOf(state, currency);
      return [refund(paymentId, `excess:${captureId}`, excess, reason)];
    },

    OrderCancelled: ({ data: { payments } }) =>
      payments.map(({ paymentId, captureId, amount }) =>
        refund(paymentId, `order_cancelled:${captureId}`, amount, 'order_cancelled'),
      ),
  },
};

function reasonOf(order: OrderState | undefined, currency: string): string {
  if (order?.status === 'cancelled') return 'order_cancelled';
  return order && order.status !== 'none' && order.currency !== currency ? 'other_currency' : 'excess';
}

/** At most what is kept: that it was refunded before, for whatever cause, is just as good. */
const refund = (paymentId: string, refundId: string, amount: number, reason: string) =>
  commandTo(
    paymentAggregate,
    paymentId,
    { type: 'requestRefund', refundId, amount, upTo: true, reason },
    { tolerates: ['payment_already_refunded'] },
  );
