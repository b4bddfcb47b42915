import * as z from 'zod';
import { canAccessCustomer } from '#api/access.ts';
import { isoDateTime, orderId } from '#api/fields.ts';
import { toOrderDto } from '#api/order-response.ts';
import { application } from '#application';
import type { DomainEventFrom } from '#domain/index.ts';
import { type OrderView, orderView } from '#domain/order/view.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { HttpProblem, notFound } from '#kit/http/problem.ts';
import { wholeNumber } from '#kit/http/whole-number.ts';
import { readCustomerNames } from '#read-model/customers.ts';
import { readOrder } from '#read-model/orders.ts';

const query = z
  .strictObject({
    minVersion: wholeNumber(1, 1_000_000_000).optional(),
    asOf: isoDateTime.optional(),
  })
  .refine(({ minVersion, asOf }) => minVersion === undefined || asOf === undefined, {
    path: ['asOf'],
    message: 'cannot be asked for together with minVersion',
  });

/** How long a view that is behind `minVersion` is waited for, before the stream itself is folded. */
const WAITS_MS = [50, 100, 200];

/**
 * GET /orders/{orderId}: the order view, or the same folded from the stream where the view is not there yet, or
 * stays behind `minVersion`, or is asked for `asOf` a time.
 * AWS calls: one get, one batch get (the customer's name), and the live generation (`liveGeneration`). An order
 * without a view: one query more; `minVersion`: up to three gets and one query more; `asOf`: a query in place of the get.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId }),
    query,
    async handle({ params, query: { minVersion = 0, asOf }, caller }) {
      const order = asOf
        ? await fromStream(runtime, params.orderId, asOf)
        : await current(runtime, params.orderId, minVersion);
      if (!order || !canAccessCustomer(caller, order.customerId)) {
        throw notFound('There is no such order.');
      }
      if (order.version < minVersion) throw versionNotReached(order.version);
      const names = await readCustomerNames(runtime, [order.customerId]);
      return {
        status: 200,
        body: toOrderDto(order, names.get(order.customerId)),
        // What was is no version to put into If-Match.
        headers: asOf ? {} : { etag: `"${order.version}"` },
      };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));

async function current(
  runtime: Runtime,
  orderId: string,
  minVersion: number,
): Promise<OrderView | undefined> {
  const waits = [...WAITS_MS];
  for (;;) {
    const order = await readOrder(runtime, orderId);
    if (order && order.version >= minVersion) return order;
    const wait = order ? waits.shift() : undefined;
    if (wait === undefined) return fromStream(runtime, orderId);
    await runtime.sleep(wait);
  }
}

async function fromStream(runtime: Runtime, orderId: string, asOf?: string): Promise<OrderView | undefined> {
  const events = await load<DomainEventFrom<'order'>>(runtime, streamIdOf('order', orderId));
  // Clocks of writers differ, versions do not: everything before the first event that came too late.
  const end = asOf ? events.findIndex(({ metadata }) => metadata.timestamp > asOf) : -1;
  return (end < 0 ? events : events.slice(0, end)).reduce<OrderView | undefined>(orderView, undefined);
}

/** The order has not got to `minVersion`. */
export const versionNotReached = (version: number): HttpProblem =>
  new HttpProblem(409, {
    code: 'version-not-reached',
    title: 'Version not reached',
    detail: `The order is at version ${version}.`,
    rule: 'version_not_reached',
  });
