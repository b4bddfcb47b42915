import * as z from 'zod';
import { createRuntime, type Runtime } from '../../../shared/config/runtime.ts';
import type { OrderView } from '../../../shared/domain/order/view.ts';
import { httpHandler } from '../../../shared/http/handler.ts';
import { shownOrder } from '../../../shared/http/order.ts';
import { nextCursor, pageFields, placeIn, timePlace } from '../../../shared/http/page.ts';
import { liveGeneration } from '../../../shared/read-model/generations.ts';
import { viewOf } from '../../../shared/read-model/keys.ts';
import { type ListingKind, readListing } from '../../../shared/read-model/listing.ts';
import { ORDER_STATUSES, readCustomerNames } from '../../../shared/read-model/orders.ts';

/**
 * GET /orders?status=&limit=&cursor=: everybody's orders, newest first, of one status or all.
 * AWS calls: 4 queries a month looked at (20 for all statuses), one batch get (the customers' names), and the live
 * generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ status: z.enum(ORDER_STATUSES).optional(), ...pageFields(timePlace) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['orders', status]);
      const before = placeIn(list, cursor);
      const kinds = (status ? [status] : ORDER_STATUSES).map((one): ListingKind => `ORDERS#${one}`);
      const generation = await liveGeneration(runtime, 'order-view');
      const page = await readListing(runtime, { kinds, limit, before, generation });
      const views = page.items.map((item) => viewOf<OrderView>(item));
      const names = await readCustomerNames(
        runtime,
        views.map((view) => view.customerId),
      );
      const orders = views.map((view) => shownOrder(view, names.get(view.customerId)));
      return { status: 200, body: { orders, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime());
