import * as z from 'zod';
import { canAccessCustomer } from '#api/access.ts';
import { customerId } from '#api/fields.ts';
import { toOrderDto } from '#api/order-response.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { notFound } from '#kit/http/problem.ts';
import { readCustomerNames } from '#read-model/customers.ts';
import { ORDER_STATUSES, readCustomerOrders } from '#read-model/orders.ts';

/**
 * GET /customers/{customerId}/orders?status=&limit=&cursor=: newest first; none for a customer who never ordered.
 * AWS calls: one query and one batch get (by status up to five of each) and, at the same time, one batch get (the customer's name),
 * and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ customerId }),
    query: z.strictObject({ status: z.enum(ORDER_STATUSES).optional(), ...pageFields(timeCursor) }),
    async handle({ params, query: { status, limit, cursor }, caller }) {
      if (!canAccessCustomer(caller, params.customerId)) throw notFound('There is no such customer.');
      const list = JSON.stringify(['customer-orders', params.customerId, status]);
      const before = cursorIn(list, cursor);
      const [page, names] = await Promise.all([
        readCustomerOrders(runtime, { customerId: params.customerId, status, limit, before }),
        readCustomerNames(runtime, [params.customerId]),
      ]);
      const orders = page.orders.map((order) => toOrderDto(order, names.get(order.customerId)));
      return { status: 200, body: { orders, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
