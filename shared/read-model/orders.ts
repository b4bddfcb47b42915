import type { OrderStatus } from '#domain/order/state.ts';
import type { OrderView } from '#domain/order/view.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { partitionInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { readView } from '#kit/projections/read-view.ts';
import {
  customerOrdersPartition,
  isOpen,
  ORDER_SHARDS,
  openOrdersPartition,
  orderIndexes,
  orderKey,
  ordersPartition,
} from './keys.ts';
import { type Entry, itemsOf, newestKeys } from './newest-keys.ts';

// A record, so that the compiler misses a status that is not here.
const statuses: Record<OrderStatus, true> = {
  pending: true,
  paid: true,
  shipped: true,
  delivered: true,
  cancelled: true,
};

/** Every status that an order view can have. */
export const ORDER_STATUSES = Object.keys(statuses) as OrderStatus[];

/** The order view as far as it has got. AWS calls: one consistent get, and the live generation (`liveGeneration`). */
export const readOrder = (runtime: Runtime, orderId: string): Promise<OrderView | undefined> =>
  readView<OrderView>(runtime, 'order-view', orderKey(orderId));

interface OrdersQuery {
  status?: OrderStatus | undefined;
  limit: number;
  /** The `next` of the page before. */
  before?: string | undefined;
}

export interface OrdersPage {
  orders: OrderView[];
  /** Where to go on; absent at the end. A page by status may be short, even empty, and still have a next. */
  next?: string;
}

/** By status, so many orders are looked at together: what one BatchGetItem brings. */
const LOOKED_AT = 100;

/** And so often for one page of a customer's. */
const LOOKS_PER_PAGE = 5;

/**
 * Everybody's orders, newest first. The indexes are eventually consistent. By status, a page looks at 100 orders: at the open ones
 * (pending, paid), which have an index of their own, or at all.
 * AWS calls: 4 queries, one batch get, and the live generation (`liveGeneration`).
 */
export async function readOrders(
  runtime: Runtime,
  { status, limit, before = '~' }: OrdersQuery,
): Promise<OrdersPage> {
  const generation = await liveGeneration(runtime, 'order-view');
  const open = status !== undefined && isOpen(status);
  const partition = open ? openOrdersPartition : ordersPartition;
  const partitions = Array.from({ length: ORDER_SHARDS }, (_, shard) =>
    partitionInGeneration(generation, partition(shard)),
  );
  const index = open ? orderIndexes.open : orderIndexes.all;
  const { entries, isEnd } = await newestKeys(runtime, index, partitions, before, status ? LOOKED_AT : limit);
  return pageOf(await matching(runtime, entries, status), limit, isEnd ? undefined : entries.at(-1)?.place);
}

/**
 * A customer's orders, newest first. The index is eventually consistent.
 * AWS calls: one query and one batch get, by status up to 5 of each; and the live generation (`liveGeneration`).
 */
export async function readCustomerOrders(
  runtime: Runtime,
  { customerId, status, limit, before = '~' }: OrdersQuery & { customerId: string },
): Promise<OrdersPage> {
  const generation = await liveGeneration(runtime, 'order-view');
  const partitions = [partitionInGeneration(generation, customerOrdersPartition(customerId))];
  const found: Found[] = [];
  let place: string | undefined = before;
  for (let looks = 0; looks < LOOKS_PER_PAGE && place !== undefined && found.length <= limit; looks++) {
    const wanted = status ? LOOKED_AT : limit - found.length;
    if (wanted === 0) break;
    const { entries, isEnd } = await newestKeys(runtime, orderIndexes.ofCustomer, partitions, place, wanted);
    found.push(...(await matching(runtime, entries, status)));
    place = isEnd ? undefined : entries.at(-1)?.place;
  }
  return pageOf(found, limit, place);
}

interface Found {
  order: OrderView;
  place: string;
}

async function matching(
  runtime: Runtime,
  entries: readonly Entry[],
  status: OrderStatus | undefined,
): Promise<Found[]> {
  const items = await itemsOf(runtime, entries);
  return entries.flatMap(({ key, place }) => {
    const item = items.get(key.pk);
    const order = item && withoutStorageKeys<OrderView>(item);
    return order && (status === undefined || order.status === status) ? [{ order, place }] : [];
  });
}

/** @param next where to go on after all of these */
function pageOf(found: readonly Found[], limit: number, next: string | undefined): OrdersPage {
  const orders = fitting(found.slice(0, limit).map(({ order }) => order));
  const goOn = orders.length < found.length ? found[orders.length - 1]?.place : next;
  return goOn === undefined ? { orders } : { orders, next: goOn };
}
