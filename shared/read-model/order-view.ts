import { type CustomerView, customerView } from '#domain/customer.ts';
import type { DomainEventFrom } from '#domain/index.ts';
import { type OrderView, orderView } from '#domain/order/view.ts';
import { type PaymentView, paymentView } from '#domain/payment/view.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { workListKeys } from '#read-model/listing-keys.ts';
import { customerKey, orderKey, orderListKeys, orderPaymentKeys, paymentKey } from './keys.ts';
import { paymentWorkList } from './payments.ts';

/** Found by id; listed by customer, with all and with the open ones, by the time of its creation. */
export const orders: VersionedView<OrderView, DomainEventFrom<'order'>> = {
  key: orderKey,
  apply: orderView,
  indexKeys: orderListKeys,
};

/** Found by id, to join the name where an order is read. */
export const customers: VersionedView<CustomerView, DomainEventFrom<'customer'>> = {
  key: customerKey,
  apply: customerView,
};

/** Found by order; in the work list of all that it waits for, by the time since when it has waited for anything. */
export const payments: VersionedView<PaymentView, DomainEventFrom<'payment'>> = {
  key: paymentKey,
  apply: paymentView,
  indexKeys: (payment) => ({
    ...orderPaymentKeys(payment),
    ...(payment.waitingSince !== undefined &&
      workListKeys(paymentWorkList(payment.waitsFor), payment.waitingSince, payment.paymentId)),
  }),
};

export const orderProjection: Projection = {
  name: 'order-view',
  views: { order: orders, customer: customers, payment: payments },
};
