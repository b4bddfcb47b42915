import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'Refund a payment',
  description: 'The whole amount of a captured payment, once. Does not cancel its order.',
  requests: { reason: { reason: 'damaged' } },
  answers: [
    {
      status: 200,
      description: 'Refunded.',
      schema: z.object({
        paymentId: fields.paymentId,
        orderId: fields.orderId,
        version: fields.version,
        status: z.literal('refunded'),
      }),
      example: {
        paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
        orderId: exampleOrderId,
        version: 2,
        status: 'refunded',
      },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['payment_not_found', 'payment_declined', 'payment_already_refunded'],
};
