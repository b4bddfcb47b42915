import { type CustomerView, customerView } from '#domain/customer.ts';
import type { DomainEventFrom } from '#domain/index.ts';
import { type OrderView, orderView } from '#domain/order/view.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { customerKey, orderKey, orderListKeys } from './keys.ts';

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

export const orderProjection: Projection = {
  name: 'order-view',
  views: { order: orders, customer: customers },
};
