import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';
import { paymentChanged } from '#api/payment-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'Refund a payment',
  description:
    'Asks for a refund of `amount`, or of all that is kept. The provider reports when the money is back. Does not cancel the order.',
  requests: { whole: { reason: 'damaged' }, part: { reason: 'damaged', amount: 100 } },
  answers: [
    {
      status: 200,
      description: 'Requested.',
      schema: paymentChanged,
      example: {
        paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
        orderId: exampleOrderId,
        version: 2,
        status: 'refund_requested',
      },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['payment_not_found', 'payment_declined', 'payment_already_refunded', 'refund_too_large'],
};
