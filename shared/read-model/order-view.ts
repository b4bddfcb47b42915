import { type CustomerView, customerView } from '#domain/customer.ts';
import type { DomainEventFrom } from '#domain/index.ts';
import { type OrderView, orderView } from '#domain/order/view.ts';
import type { Projection, VersionedView } from '#kit/projections/projection.ts';
import { listingKeys } from '#read-model/listing.ts';
import { customerKey, customerOrderKeys, orderKey } from './keys.ts';

/** Found by id, by customer and by status; in lists by the time of its creation. */
export const orders: VersionedView<OrderView, DomainEventFrom<'order'>> = {
  key: orderKey,
  apply: orderView,
  indexKeys: (order) => ({
    ...customerOrderKeys(order),
    ...listingKeys(`ORDERS#${order.status}`, order.createdAt, order.orderId),
  }),
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
