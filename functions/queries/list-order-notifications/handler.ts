import * as z from 'zod';
import { orderId } from '#api/fields.ts';
import { requireOwnOrder } from '#api/order-owner.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { readNotifications } from '#read-model/notifications.ts';

/**
 * GET /orders/{orderId}/notifications?limit=&cursor=: what the order's customer was told, oldest first; what staff were
 * told is not theirs to read. AWS calls: two queries.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId }),
    query: z.strictObject(pageFields(z.uuid())),
    async handle({ params: { orderId }, query: { limit, cursor }, caller }) {
      const list = JSON.stringify(['order-notifications', orderId]);
      const after = cursorIn(list, cursor);
      await requireOwnOrder(runtime, caller, orderId);
      const page = await readNotifications(runtime, { orderId, limit, after });
      const notifications = page.notifications.filter(({ audience }) => audience !== 'staff');
      return { status: 200, body: { notifications, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
