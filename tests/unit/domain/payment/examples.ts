import type { RecordPayment } from '#domain/payment/decisions.ts';
import type { Contradiction, PaymentEvent } from '#domain/payment/events.ts';

export const money = { orderId: 'o-1', customerId: 'ada', amount: 1_847, currency: 'USD' };
export const named = { ...money, reference: 'ch_1' };
export const report = { type: 'record', ...money, reference: 'ch_1' } as const;
export const capture: RecordPayment = { ...report, outcome: 'captured' };
export const decline: RecordPayment = { ...report, outcome: 'declined', reason: 'insufficient_funds' };
export const refund = { type: 'requestRefund', refundId: 'r-1', reason: 'order_cancelled' } as const;

export const captured: PaymentEvent = {
  eventType: 'PaymentCaptured',
  data: { ...money, reference: 'ch_1', captureId: 'ch_1:1847' },
};
export const declined: PaymentEvent = {
  eventType: 'PaymentDeclined',
  data: {
    ...money,
    reference: 'ch_1',
    attemptId: 'ch_1:1847:insufficient_funds',
    reason: 'insufficient_funds',
  },
};
export const requested: PaymentEvent = {
  eventType: 'RefundRequested',
  data: { ...named, refundId: 'r-1', reason: 'order_cancelled' },
};
export const refunded: PaymentEvent = {
  eventType: 'PaymentRefunded',
  data: { ...named, refundId: 'r-1', reason: 'reported' },
};
export const failed: PaymentEvent = {
  eventType: 'RefundFailed',
  data: { ...named, refundId: 'r-1', reason: 'refund_failed', failure: 'account_closed' },
};
/** As it fails after it was reported as refunded. */
export const cameBack: PaymentEvent = {
  ...failed,
  data: { ...failed.data, returned: 1_847 },
} as PaymentEvent;
export const requestedAgain: PaymentEvent = {
  eventType: 'RefundRequested',
  data: { ...named, refundId: 'r-2', reason: 'damaged', again: 1_847 },
};
export const parkedEvent = (
  report: RecordPayment,
  reportId: string,
  contradiction: Contradiction,
): PaymentEvent => {
  const { type: _, reason: __, customerId = 'ada', ...data } = report;
  return { eventType: 'PaymentReportParked', data: { ...data, customerId, reportId, contradiction } };
};
export const part = (captureId: string, amount: number): PaymentEvent => ({
  eventType: 'PaymentCaptured',
  data: { ...money, amount, reference: 'ch_1', captureId },
});
