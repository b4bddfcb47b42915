import * as z from 'zod';
import { toOrderDto } from '#api/order-response.ts';
import { application } from '#application';
import type { OrderView } from '#domain/order/view.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { withoutStorageKeys } from '#kit/projections/keys.ts';
import { readCustomerNames } from '#read-model/customers.ts';
import { type ListingKind, readListing } from '#read-model/listing.ts';
import { ORDER_STATUSES } from '#read-model/orders.ts';

/**
 * GET /orders?status=&limit=&cursor=: everybody's orders, newest first, of one status or all.
 * AWS calls: 4 queries a month looked at (20 for all statuses), one batch get (the customers' names), and the live
 * generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ status: z.enum(ORDER_STATUSES).optional(), ...pageFields(timeCursor) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['orders', status]);
      const before = cursorIn(list, cursor);
      const kinds = (status ? [status] : ORDER_STATUSES).map((one): ListingKind => `ORDERS#${one}`);
      const generation = await liveGeneration(runtime, 'order-view');
      const page = await readListing(runtime, { kinds, limit, before, generation });
      const views = page.items.map((item) => withoutStorageKeys<OrderView>(item));
      const names = await readCustomerNames(
        runtime,
        views.map((view) => view.customerId),
      );
      const orders = views.map((view) => toOrderDto(view, names.get(view.customerId)));
      return { status: 200, body: { orders, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
