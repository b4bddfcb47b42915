import * as z from 'zod';
import { canAccessCustomer } from '#api/access.ts';
import { orderId } from '#api/fields.ts';
import { application } from '#application';
import type { DomainEventFrom } from '#domain/index.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { notFound } from '#kit/http/problem.ts';

/**
 * GET /orders/{orderId}/events: the audit trail, oldest first; the events as they are stored (money in minor units),
 * lifted to today's schemas. Strongly consistent. AWS calls: one query.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId }),
    query: z.strictObject(pageFields(z.int().positive())),
    async handle({ params, query: { limit, cursor }, caller }) {
      const streamId = streamIdOf('order', params.orderId);
      const after = cursorIn(streamId, cursor) ?? 0;
      const found = await load<DomainEventFrom<'order'>>(runtime, streamId, { after, limit: limit + 1 });
      const [first] = found;
      // Every event of an order says whose it is, so a later page needs no look at the first.
      if (!first || !canAccessCustomer(caller, first.data.customerId)) {
        throw notFound('There is no such order.');
      }
      const events = fitting(found.slice(0, limit));
      const next = found.length > events.length ? events.at(-1)?.version : undefined;
      return { status: 200, body: { events, ...nextCursor(streamId, next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
