import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderStatus } from '#domain/order/state.ts';
import type { OrderView } from '#domain/order/view.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { keyInGeneration, partitionInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { CUSTOMER_ORDERS_INDEX, customerOrdersPartition, orderKey } from './keys.ts';

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

/** The order view as far as it has got. AWS calls: one consistent get. */
export async function readOrder(runtime: Runtime, orderId: string): Promise<OrderView | undefined> {
  const generation = await liveGeneration(runtime, 'order-view');
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: keyInGeneration(generation, orderKey(orderId)),
      ConsistentRead: true,
    }),
  );
  return Item && withoutStorageKeys<OrderView>(Item);
}

export interface CustomerOrdersQuery {
  customerId: string;
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

/** A status is filtered for after reading; so much at the most is read for one page. */
const QUERIES_PER_PAGE = 5;
const FILTERED_QUERY_SIZE = 100;

/**
 * A customer's orders, newest first. The index is eventually consistent.
 * AWS calls: one query; by status up to 5 of 100 orders each.
 */
export async function readCustomerOrders(runtime: Runtime, query: CustomerOrdersQuery): Promise<OrdersPage> {
  const { customerId, status, limit, before = '~' } = query;
  const generation = await liveGeneration(runtime, 'order-view');
  const found: (OrderView & { customerSk: string })[] = [];
  let place: string = before;
  for (let queries = 0; queries < QUERIES_PER_PAGE; queries++) {
    const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
      new QueryCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        IndexName: CUSTOMER_ORDERS_INDEX,
        KeyConditionExpression: 'customerPk = :customer AND customerSk < :before',
        ExpressionAttributeValues: {
          ':customer': partitionInGeneration(generation, customerOrdersPartition(customerId)),
          ':before': place,
          ...(status && { ':status': status }),
        },
        ...(status && {
          FilterExpression: '#status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
        }),
        ScanIndexForward: false,
        Limit: status ? FILTERED_QUERY_SIZE : limit + 1 - found.length,
      }),
    );
    found.push(...(Items as typeof found));
    const page = fitting(found.slice(0, limit));
    if (page.length < found.length) return pageOf(page, page.at(-1)?.customerSk);
    if (!LastEvaluatedKey) return pageOf(page);
    place = String(LastEvaluatedKey.customerSk);
  }
  return pageOf(found, place);
}

function pageOf(found: readonly object[], next?: string): OrdersPage {
  const orders = found.map((item) => withoutStorageKeys<OrderView>(item));
  return next === undefined ? { orders } : { orders, next };
}
