import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';
import { paymentChanged } from '#api/payment-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'Resolve a parked report',
  description:
    'A person has looked at the parked reports that have this `reportId`: the payment does not wait for it any more. It changes no money: report what is true, or ask for a refund, before.',
  requests: { resolution: { reportId: 'cap_1', note: 'Corrected by the provider.' } },
  answers: [
    {
      status: 200,
      description: 'Resolved.',
      schema: paymentChanged,
      example: {
        paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
        orderId: exampleOrderId,
        version: 3,
        status: 'captured',
      },
      headers: ['etag'],
    },
  ],
  ifMatch: true,
  rules: ['payment_not_found', 'parked_report_not_found'],
};
