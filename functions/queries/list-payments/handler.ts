import * as z from 'zod';
import { toPaymentDto } from '#api/payment-response.ts';
import { application } from '#application';
import { PAYMENT_WAITS } from '#domain/payment/view.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields, timeCursor } from '#kit/http/page.ts';
import { readWaitingPayments } from '#read-model/payments.ts';

/**
 * GET /payments?status=&limit=&cursor=: the payments about which somebody has yet to do something, those that have waited
 * longest first. AWS calls: 16 queries, and the live generation (`liveGeneration`).
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'payments:write',
    query: z.strictObject({ status: z.enum(PAYMENT_WAITS), ...pageFields(timeCursor) }),
    async handle({ query: { status, limit, cursor } }) {
      const list = JSON.stringify(['payments', status]);
      const after = cursorIn(list, cursor);
      const page = await readWaitingPayments(runtime, { status, limit, after });
      const payments = page.payments.map((payment) => toPaymentDto(payment, { isStaff: true }));
      return { status: 200, body: { payments, ...nextCursor(list, page.next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
