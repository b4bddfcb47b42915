import * as z from 'zod';
import { orderId } from '#api/fields.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { notificationsPartition } from '#read-model/keys.ts';
import { readNotifications } from '#read-model/notifications.ts';

/**
 * GET /notifications?orderId=&limit=&cursor=: what an order's customer and staff were told, oldest first; none for an
 * order that nobody heard of. AWS calls: one query.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ orderId, ...pageFields(z.uuid()) }),
    async handle({ query: { orderId, limit, cursor } }) {
      const list = notificationsPartition(orderId);
      const after = cursorIn(list, cursor);
      const { notifications, next } = await readNotifications(runtime, { orderId, limit, after });
      return { status: 200, body: { notifications, ...nextCursor(list, next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
