import { type CustomerView, customerView } from '../../../shared/domain/customer/view.ts';
import type { DomainEventFrom } from '../../../shared/domain/events.ts';
import { type OrderView, orderView } from '../../../shared/domain/order/view.ts';
import { customerKey, customerOrderKeys, orderKey } from '../../../shared/read-model/keys.ts';
import { listingKeys } from '../../../shared/read-model/listing.ts';
import type { Projection } from '../../../shared/read-model/projection.ts';
import type { VersionedView } from '../../../shared/read-model/versioned-view.ts';

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
