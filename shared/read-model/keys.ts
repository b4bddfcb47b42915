import type { ProductStatus } from '#domain/product.ts';
import { shardOf } from '#kit/event-store/event-item.ts';
import type { ItemKey } from '#kit/projections/keys.ts';

// These key prefixes and attribute names reach storage: never change one. Index keys end in Pk and Sk (kit/projections/keys.ts).

export const CUSTOMER_ORDERS_INDEX = 'customer-orders';
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

/** The share in which an order is counted. */
export const salesShardOf = (orderId: string): number => shardOf(orderId, SALES_SHARDS);

/** Index `customer-orders`: one partition a customer, its orders in the order of time. */
export const customerOrdersPartition = (customerId: string): string => `CUSTOMER#${customerId}`;

export const customerOrderKeys = (order: { customerId: string; createdAt: string; orderId: string }) => ({
  customerPk: customerOrdersPartition(order.customerId),
  customerSk: `${order.createdAt}#${order.orderId}`,
});

/** Index `customer-orders` as well: one partition an order, its payments in the order of time. */
export const orderPaymentsPartition = (orderId: string): string => `ORDER_PAYMENTS#${orderId}`;

export const orderPaymentKeys = (payment: { orderId: string; createdAt: string; paymentId: string }) => ({
  customerPk: orderPaymentsPartition(payment.orderId),
  customerSk: `${payment.createdAt}#${payment.paymentId}`,
});

/** Index `listing`: one partition a status, its products in the order of their SKUs. Products change seldom. */
export const productsPartition = (status: ProductStatus): string => `PRODUCTS#${status}`;

export const productListingKeys = ({ status, sku }: { status: ProductStatus; sku: string }) => ({
  listPk: productsPartition(status),
  listSk: sku,
});
