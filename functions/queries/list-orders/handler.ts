import * as z from 'zod';
import { toOrderDto } from '#api/order-response.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { readCustomerNames } from '#read-model/customers.ts';
import { ORDER_STATUSES, readOrders } from '#read-model/orders.ts';

/**
 * GET /orders?status=&limit=&cursor=: everybody's orders, newest first, of one status or all.
 * AWS calls: 4 queries, two batch gets (the orders, the customers' names), and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ status: z.enum(ORDER_STATUSES).optional(), ...pageFields(timeCursor) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['orders', status]);
      const before = cursorIn(list, cursor);
      const page = await readOrders(runtime, { status, limit, before });
      const names = await readCustomerNames(
        runtime,
        page.orders.map((order) => order.customerId),
      );
      const orders = page.orders.map((order) => toOrderDto(order, names.get(order.customerId)));
      return { status: 200, body: { orders, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
