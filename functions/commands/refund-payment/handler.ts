import * as z from 'zod';
import * as fields from '#api/fields.ts';
import { positiveAmount } from '#api/money.ts';
import { paymentResponse } from '#api/payment-response.ts';
import { application, type ShopRuntime } from '#application';
import { MAX_ORDER_TOTAL } from '#domain/order/decisions.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { commandMetadata } from '#kit/http/command-metadata.ts';
import { httpHandler } from '#kit/http/handler.ts';

/**
 * POST /payments/{paymentId}/refund: asks for a refund of `amount`, or of all that is kept. The money is back when the
 * provider reports it (`refunded`).
 */
export function createHandler(runtime: ShopRuntime) {
  return httpHandler(runtime, {
    scope: 'payments:write',
    params: z.strictObject({ paymentId: fields.paymentId }),
    body: z.strictObject({
      reason: fields.reason,
      amount: positiveAmount(() => runtime.setting('CURRENCY'), MAX_ORDER_TOTAL).optional(),
    }),
    async handle(request) {
      const { reason, amount } = request.body;
      const metadata = commandMetadata(runtime, 'refund-payment', request);
      const result = await handleCommand(runtime, paymentAggregate, {
        aggregateId: request.params.paymentId,
        command: {
          type: 'requestRefund',
          refundId: metadata.commandId,
          reason,
          ...(amount !== undefined && { amount }),
        },
        metadata,
        expectedVersions: request.ifMatch,
      });
      return paymentResponse(result);
    },
  });
}

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
