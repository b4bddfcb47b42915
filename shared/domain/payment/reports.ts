import { ownValue } from '../own-value.ts';
import { attemptIdOf, type Contradiction, captureIdOf, type Outcome, type PaymentEvent } from './events.ts';
import { type PaymentState, parkedKey, type RecordedPayment } from './state.ts';

/**
 * What a payment provider reports: a fact, whatever its amount. Amount in minor units. `reportId` is the provider's id
 * of the capture, attempt, refund or chargeback, where it has one. `reason` is why it was declined, refunded, not
 * refunded or charged back.
 */
export interface RecordPayment {
  type: 'record';
  outcome: Outcome;
  orderId: string;
  customerId?: string;
  amount: number;
  currency: string;
  reference: string;
  provider?: string;
  reportId?: string;
  reason?: string;
}

/** Yields nothing for a report that the payment has had, whether it had an effect or was parked. */
export function record(report: RecordPayment, state: PaymentState): PaymentEvent[] {
  const { payment, reportId, contradiction } = judged(report, state);
  const { outcome, reference, reason, provider } = report;
  const facts = factsOf(report);
  const named = { reference, ...(provider !== undefined && { provider }) };
  const why = reason === undefined ? {} : { reason };
  if (contradiction) {
    const data = { ...facts, ...named, outcome, reportId, contradiction };
    const key = parkedKey(data);
    const isParked = payment?.parked.some(
      // Without an id it may be another one, once a person has looked at the first.
      (parked) => parked.key === key && (!parked.isResolved || report.reportId !== undefined),
    );
    return isParked ? [] : [{ eventType: 'PaymentReportParked', data }];
  }
  if (isKnown(report, reportId, payment)) return [];
  switch (outcome) {
    case 'captured':
      return [{ eventType: 'PaymentCaptured', data: { ...facts, ...named, captureId: reportId } }];
    case 'declined':
      return [{ eventType: 'PaymentDeclined', data: { ...facts, ...named, attemptId: reportId, ...why } }];
    case 'refunded': {
      const data = { ...facts, ...named, refundId: reportId, reason: reason ?? 'reported' };
      return [{ eventType: 'PaymentRefunded', data }];
    }
    case 'refund_failed': {
      const failure = reason === undefined ? {} : { failure: reason };
      const isBack = ownValue(payment?.refunds, reportId)?.status === 'refunded';
      const returned = isBack ? { returned: report.amount } : {};
      const refund = { refundId: reportId, reason: 'refund_failed', ...failure, ...returned };
      return [{ eventType: 'RefundFailed', data: { ...facts, ...named, ...refund } }];
    }
    case 'charged_back':
      return [
        { eventType: 'PaymentChargedBack', data: { ...facts, ...named, chargebackId: reportId, ...why } },
      ];
  }
}

/** Why this report was parked; undefined where it had its effect. `state` is that after it was recorded. */
export const parkedAs = (report: RecordPayment, state: PaymentState): Contradiction | undefined =>
  judged(report, state).contradiction;

function judged(report: RecordPayment, state: PaymentState) {
  const payment = state.status === 'none' ? undefined : state;
  const { reportId, isAmbiguous = false } = namedOf(report, payment);
  const contradiction = isAmbiguous
    ? (foreignOf(report, payment) ?? 'ambiguous_refund')
    : contradictionOf(report, reportId, payment);
  return { payment, reportId, contradiction };
}

interface Named {
  reportId: string;
  /** It may be of more than one refund. */
  isAmbiguous?: boolean;
}

/** The id that the provider gave, or what tells the report from others of its kind. */
function namedOf(report: RecordPayment, payment: RecordedPayment | undefined): Named {
  const { outcome, amount, reference, reason, reportId } = report;
  if (reportId !== undefined) return { reportId };
  switch (outcome) {
    case 'captured':
    case 'charged_back':
      return { reportId: captureIdOf(reference, amount) };
    case 'declined':
      return { reportId: attemptIdOf(reference, amount, reason) };
    case 'refunded':
    case 'refund_failed':
      return refundOfAmount(report, payment);
  }
}

/**
 * The refund that a report without an id speaks of: the only one of this amount. Of several it may be any, and a repeat of
 * an earlier report must not end the next one: unless all of them have been reported so, it is ambiguous.
 */
function refundOfAmount(
  { outcome, amount, reference }: RecordPayment,
  payment: RecordedPayment | undefined,
): Named {
  const same = Object.entries(payment?.refunds ?? {}).filter(([, refund]) => refund.amount === amount);
  const [first] = same;
  if (!first) return { reportId: captureIdOf(reference, amount) };
  const isRepeat = same.every(([, { reported }]) => reported.includes(reportedAs(outcome)));
  if (same.length === 1 || isRepeat) return { reportId: first[0] };
  return { reportId: captureIdOf(reference, amount), isAmbiguous: true };
}

const reportedAs = (outcome: Outcome) => (outcome === 'refunded' ? 'refunded' : 'failed');

/** True where the payment has had this report. */
function isKnown(
  { outcome, amount }: RecordPayment,
  reportId: string,
  payment: RecordedPayment | undefined,
): boolean {
  if (!payment) return false;
  switch (outcome) {
    case 'captured':
      return ownValue(payment.captures, reportId) === amount;
    case 'declined':
      return payment.declined.includes(reportId);
    case 'refunded':
    case 'refund_failed': {
      const refund = ownValue(payment.refunds, reportId);
      return refund?.amount === amount && refund.reported.includes(reportedAs(outcome));
    }
    case 'charged_back':
      return ownValue(payment.chargebacks, reportId) === amount;
  }
}

function foreignOf(
  { orderId, currency }: RecordPayment,
  payment: RecordedPayment | undefined,
): Contradiction | undefined {
  if (payment && orderId !== payment.orderId) return 'other_order';
  if (payment && currency !== payment.currency) return 'other_currency';
  return undefined;
}

function contradictionOf(
  report: RecordPayment,
  reportId: string,
  payment: RecordedPayment | undefined,
): Contradiction | undefined {
  const foreign = foreignOf(report, payment);
  if (foreign) return foreign;
  const isOther = (known: number | undefined) =>
    known !== undefined && known !== report.amount ? 'other_amount' : undefined;
  switch (report.outcome) {
    case 'captured':
      return isOther(ownValue(payment?.captures, reportId));
    case 'charged_back':
      return isOther(ownValue(payment?.chargebacks, reportId));
    case 'refunded':
      return isOther(ownValue(payment?.refunds, reportId)?.amount);
    case 'refund_failed': {
      const refund = ownValue(payment?.refunds, reportId);
      return refund ? isOther(refund.amount) : 'unknown_refund';
    }
    case 'declined':
      return undefined;
  }
}

export const factsOf = ({
  orderId,
  customerId,
  amount,
  currency,
}: Pick<RecordPayment, 'orderId' | 'customerId' | 'amount' | 'currency'>) => ({
  orderId,
  ...(customerId !== undefined && { customerId }),
  amount,
  currency,
});
