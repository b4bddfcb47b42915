import * as z from 'zod';
import { orderId } from '#api/fields.ts';
import { requireOwnOrder } from '#api/order-owner.ts';
import { toPaymentDto } from '#api/payment-response.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { readOrderPayments } from '#read-model/payments.ts';

/**
 * GET /orders/{orderId}/payments?limit=&cursor=: every payment that a provider has reported for the order, newest first.
 * AWS calls: two queries, one batch get, and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    params: z.strictObject({ orderId }),
    query: z.strictObject(pageFields(timeCursor)),
    async handle({ params: { orderId }, query: { limit, cursor }, caller }) {
      const list = JSON.stringify(['order-payments', orderId]);
      const before = cursorIn(list, cursor);
      await requireOwnOrder(runtime, caller, orderId);
      const page = await readOrderPayments(runtime, { orderId, limit, before });
      const isStaff = caller.can('orders:manage');
      const payments = page.payments.map((payment) => toPaymentDto(payment, { isStaff }));
      return { status: 200, body: { payments, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
