import type { OperationContract } from '#api/operation.ts';
import { exampleOrderId } from '#api/order-dto.ts';
import { paymentRecorded } from '#api/payment-dto.ts';

export const contract: OperationContract = {
  tag: 'Payments',
  summary: 'Record a payment',
  description:
    'A provider reports what became of a payment, in the currency of the deployment. `provider` and `reference` together name the payment: whoever reports it again, it is one payment. A report is a fact and is recorded whatever its amount and its order are: an order is paid when what was captured for it reaches its total, and what it does not take is refunded. `reportId` is the id that the provider gives to this capture, attempt or chargeback; of a refund that was requested it is the `refundId`. Without one, two captures or chargebacks of one payment are told apart by their amounts, and a report of a refund is of the only one of this amount. A report that contradicts an earlier one, or may be of several refunds, is parked for people to look at; then the answer has `parked`, and `orderId` and `status` are those of the payment as it was.',
  requests: {
    captured: { orderId: exampleOrderId, amount: 1299, reference: 'ch_1', outcome: 'captured' },
    declined: {
      orderId: exampleOrderId,
      amount: 1299,
      reference: 'ch_2',
      outcome: 'declined',
      reason: 'insufficient_funds',
    },
    part: { orderId: exampleOrderId, amount: 300, reference: 'ch_3', outcome: 'captured', reportId: 'cap_1' },
    refunded: { orderId: exampleOrderId, amount: 1299, reference: 'ch_1', outcome: 'refunded' },
    refundFailed: {
      orderId: exampleOrderId,
      amount: 1299,
      reference: 'ch_1',
      outcome: 'refund_failed',
      reason: 'account_closed',
    },
    chargedBack: {
      orderId: exampleOrderId,
      amount: 1299,
      reference: 'ch_1',
      outcome: 'charged_back',
      reason: 'fraudulent',
    },
  },
  answers: [
    {
      status: 201,
      description: 'Recorded, or parked where it has `parked`.',
      schema: paymentRecorded,
      example: {
        paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
        orderId: exampleOrderId,
        version: 1,
        status: 'captured',
      },
      headers: ['etag'],
    },
  ],
  rules: [],
};
