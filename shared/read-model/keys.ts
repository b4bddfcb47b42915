import type { OrderStatus } from '#domain/order/state.ts';
import type { ProductStatus } from '#domain/product.ts';
import { shardOf } from '#kit/event-store/event-item.ts';
import type { ItemKey } from '#kit/projections/keys.ts';

// These key prefixes and attribute names reach storage: never change one. Index keys end in Pk and Sk (kit/projections/keys.ts).

export const LISTING_INDEX = 'listing';

const VIEW = 'VIEW';

export const orderKey = (orderId: string): ItemKey => ({ pk: `ORDER#${orderId}`, sk: VIEW });

export const customerKey = (customerId: string): ItemKey => ({ pk: `CUSTOMER#${customerId}`, sk: VIEW });

export const productKey = (sku: string): ItemKey => ({ pk: `PRODUCT#${sku}`, sk: VIEW });

export const stockKey = (sku: string): ItemKey => ({ pk: `STOCK#${sku}`, sk: VIEW });

export const paymentKey = (paymentId: string): ItemKey => ({ pk: `PAYMENT#${paymentId}`, sk: VIEW });

export const fraudReviewKey = (orderId: string): ItemKey => ({ pk: `FRAUD_REVIEW#${orderId}`, sk: VIEW });

export const customsDeclarationKey = (orderId: string): ItemKey => ({
  pk: `CUSTOMS_DECLARATION#${orderId}`,
  sk: VIEW,
});

/** All notifications of an order lie in one partition, in the order of time (`eventId` is a UUIDv7). */
export const notificationsPartition = (orderId: string): string => `NOTIFICATIONS#${orderId}`;

export const notificationKey = (orderId: string, eventId: string): ItemKey => ({
  pk: notificationsPartition(orderId),
  sk: eventId,
});

/** How many items a day's sales are counted in, so that neither one partition nor one item takes every order. */
export const SALES_SHARDS = 4;

/** One share of a day's sales; `day` is yyyy-mm-dd in UTC. The shard is in `pk`: each is a partition of its own. */
export const salesKey = (day: string, shard: number): ItemKey => ({
  pk: `SALES#${day}#${shard}`,
  sk: 'COUNTERS',
});

/** The share in which what has this id is counted. */
export const salesShardOf = (id: string): number => shardOf(id, SALES_SHARDS);

/** In what an event of a day counts once, to whichever share it goes. Reaches storage, in the markers of the inbox: never change it. */
export const salesScope = (day: string, aggregateId: string): ItemKey =>
  salesKey(day, salesShardOf(aggregateId));

/**
 * The indexes of orders. They have keys alone: a change of an order that is in the same list as before writes nothing to them. All have
 * the same sort key, which a view holds once: a view above 1 KB costs two write units at each event.
 */
export const orderIndexes = {
  ofCustomer: { name: 'customer-orders', partitionKey: 'customerPk', sortKey: 'createdSk' },
  all: { name: 'orders', partitionKey: 'orderPk', sortKey: 'createdSk' },
  open: { name: 'open-orders', partitionKey: 'openPk', sortKey: 'createdSk' },
} as const;

/** All orders, and the open ones, are spread over so many partitions: one takes 1,000 writes a second. */
export const ORDER_SHARDS = 4;

/** Somebody has to do something yet before they are shipped. */
export const isOpen = (status: OrderStatus): boolean => status === 'pending' || status === 'paid';

export const customerOrdersPartition = (customerId: string): string => `CUSTOMER#${customerId}`;
export const ordersPartition = (shard: number): string => `ORDERS#${shard}`;
export const openOrdersPartition = (shard: number): string => `OPEN_ORDERS#${shard}`;

/** Where an order is listed, always by the time of its creation: with its customer's, with all, and with the open ones while it is one. */
export const orderListKeys = (order: {
  customerId: string;
  createdAt: string;
  orderId: string;
  status: OrderStatus;
}) => {
  const shard = shardOf(order.orderId, ORDER_SHARDS);
  return {
    customerPk: customerOrdersPartition(order.customerId),
    orderPk: ordersPartition(shard),
    ...(isOpen(order.status) && { openPk: openOrdersPartition(shard) }),
    createdSk: `${order.createdAt}#${order.orderId}`,
  };
};

/** `orderIndexes.ofCustomer` as well: one partition an order, its payments in the order of time. */
export const orderPaymentsPartition = (orderId: string): string => `ORDER_PAYMENTS#${orderId}`;

export const orderPaymentKeys = (payment: { orderId: string; createdAt: string; paymentId: string }) => ({
  customerPk: orderPaymentsPartition(payment.orderId),
  createdSk: `${payment.createdAt}#${payment.paymentId}`,
});

/** Index `listing`: one partition a status, its products in the order of their SKUs. Products change seldom. */
export const productsPartition = (status: ProductStatus): string => `PRODUCTS#${status}`;

export const productListingKeys = ({ status, sku }: { status: ProductStatus; sku: string }) => ({
  listPk: productsPartition(status),
  listSk: sku,
});
