import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'Record a payment',
  description:
    "A provider reports what became of a payment of the order's whole total. `provider` and `reference` together name the payment: whoever reports it again, it is one payment. `reference` serves as the Idempotency-Key where none is sent. Whether the order can still be paid is not asked: what it cannot take is refunded.",
  requests: {
    captured: { orderId: exampleOrderId, amount: 1299, reference: 'ch_1', outcome: 'captured' },
    declined: {
      orderId: exampleOrderId,
      amount: 1299,
      reference: 'ch_2',
      outcome: 'declined',
      reason: 'insufficient_funds',
    },
  },
  answers: [
    {
      status: 201,
      description: 'Recorded.',
      schema: z.object({
        paymentId: fields.paymentId,
        orderId: fields.orderId,
        version: fields.version,
        status: z.enum(['captured', 'declined', 'refunded']),
      }),
      example: {
        paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
        orderId: exampleOrderId,
        version: 1,
        status: 'captured',
      },
      headers: ['etag'],
    },
  ],
  rules: ['order_not_found', 'amount_mismatch', 'payment_already_recorded'],
};
