import * as z from 'zod';
import * as fields from '#api/dto-fields.ts';
import type { OperationContract } from '#api/operation.ts';
import { examplePayment, payment } from '#api/payment-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'List payments that wait for somebody',
  description:
    '`status=refund_failed`: something could not be refunded, is still kept, and nobody has asked for it again; `refund_requested`: the outcome of a refund is not known; `parked`: a report contradicts another, or may be of several refunds. Those that have waited longest first; a payment may be in more than one list.',
  parameters: { status: { description: 'What they wait for', example: 'refund_failed' } },
  answers: [
    {
      status: 200,
      description: 'A page of payments.',
      schema: z.object({ payments: z.array(payment), ...fields.page }),
      example: {
        payments: [
          {
            ...examplePayment,
            parked: [],
            waitsFor: ['refund_failed'],
            waitingSince: '2026-11-23T09:00:02.000Z',
          },
        ],
      },
    },
  ],
};
