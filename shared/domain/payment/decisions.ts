import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { attemptIdOf, type Contradiction, captureIdOf, type Outcome, type PaymentEvent } from './events.ts';
import {
  balanceOf,
  evolve,
  freeOf,
  owedOf,
  type PaymentState,
  parkedKey,
  type RecordedPayment,
} from './state.ts';

/** Clients know the rules by name: never rename one. */
export const paymentRules = defineRules({
  payment_not_found: ['not-found', 'There is no such payment.'],
  payment_declined: 'This payment was declined: there is nothing to refund.',
  payment_already_refunded: 'All of this payment has been refunded, or is being refunded.',
  refund_too_large: ['invalid-input', 'The refund is more than what is kept of this payment.'],
});

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

/**
 * `amount` in minor units; without it, all that is kept. A person asks for exactly that. A policy
 * asks for at most that (`upTo`), and leaves what could not be refunded to the people who were told of it.
 */
export interface RequestRefund {
  type: 'requestRefund';
  refundId: string;
  reason: string;
  amount?: number;
  upTo?: boolean;
}

export type PaymentCommand = RecordPayment | RequestRefund;

/** Providers report more than once: the same report again yields nothing; one that contradicts another is parked. */
export function decide(command: PaymentCommand, state: PaymentState): PaymentEvent[] {
  switch (command.type) {
    case 'record':
      return record(command, state);
    case 'requestRefund':
      return requestRefund(command, state);
  }
}

function record(report: RecordPayment, state: PaymentState): PaymentEvent[] {
  const payment = state.status === 'none' ? undefined : state;
  const reportId = reportIdOf(report, payment);
  if (isKnown(report, reportId, payment)) return [];
  const contradiction = contradictionOf(report, reportId, payment);
  const { outcome, amount, reference, reason, provider } = report;
  const facts = factsOf(report);
  const named = { reference, ...(provider !== undefined && { provider }) };
  const why = reason === undefined ? {} : { reason };
  if (contradiction) {
    const parked = { ...facts, ...named, outcome, reportId, contradiction };
    const isParked = payment?.parked.includes(parkedKey(outcome, reportId, amount));
    return isParked ? [] : [{ eventType: 'PaymentReportParked', data: parked }];
  }
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
      const data = { ...facts, ...named, refundId: reportId, reason: 'refund_failed', ...failure };
      return [{ eventType: 'RefundFailed', data }];
    }
    case 'charged_back':
      return [
        { eventType: 'PaymentChargedBack', data: { ...facts, ...named, chargebackId: reportId, ...why } },
      ];
  }
}

/** The id that the provider gave, or what tells the report from others of its kind. */
function reportIdOf(report: RecordPayment, payment: RecordedPayment | undefined): string {
  const { outcome, amount, reference, reason, reportId } = report;
  if (reportId !== undefined) return reportId;
  switch (outcome) {
    case 'captured':
    case 'charged_back':
      return captureIdOf(reference, amount);
    case 'declined':
      return attemptIdOf(reference, amount, reason);
    case 'refunded':
    case 'refund_failed':
      return refundOfAmount(payment, amount) ?? captureIdOf(reference, amount);
  }
}

/** The refund that a report without an id speaks of: the first open one of this amount, else any of it. */
function refundOfAmount(payment: RecordedPayment | undefined, amount: number): string | undefined {
  const same = Object.entries(payment?.refunds ?? {}).filter(([, refund]) => refund.amount === amount);
  return (same.find(([, { status }]) => status === 'requested') ?? same[0])?.[0];
}

/** True where the payment has had this report. */
function isKnown(
  { outcome, amount }: RecordPayment,
  reportId: string,
  payment: RecordedPayment | undefined,
): boolean {
  if (!payment) return false;
  switch (outcome) {
    case 'captured':
      return payment.captures[reportId] === amount;
    case 'declined':
      return payment.declined.includes(reportId);
    case 'refunded':
    case 'refund_failed': {
      const status = outcome === 'refunded' ? 'refunded' : 'failed';
      const refund = payment.refunds[reportId];
      return refund?.status === status && refund.amount === amount;
    }
    case 'charged_back':
      return payment.chargebacks[reportId] === amount;
  }
}

function contradictionOf(
  { outcome, orderId, currency, amount }: RecordPayment,
  reportId: string,
  payment: RecordedPayment | undefined,
): Contradiction | undefined {
  if (payment && orderId !== payment.orderId) return 'other_order';
  if (payment && currency !== payment.currency) return 'other_currency';
  const refund = payment?.refunds[reportId];
  switch (outcome) {
    case 'captured':
      return payment && Object.hasOwn(payment.captures, reportId) ? 'other_amount' : undefined;
    case 'charged_back':
      return payment && Object.hasOwn(payment.chargebacks, reportId) ? 'other_amount' : undefined;
    case 'refunded':
      return refund && refund.amount !== amount ? 'other_amount' : undefined;
    case 'refund_failed':
      if (!refund) return 'unknown_refund';
      return refund.amount === amount ? undefined : 'other_amount';
    case 'declined':
      return undefined;
  }
}

function requestRefund(
  { refundId, reason, amount, upTo = false }: RequestRefund,
  state: PaymentState,
): PaymentEvent[] {
  if (state.status === 'none') throw paymentRules.reject('payment_not_found');
  if (Object.hasOwn(state.refunds, refundId)) return [];
  const { captured, kept } = balanceOf(state);
  if (captured === 0) throw paymentRules.reject('payment_declined');
  const available = upTo ? freeOf(state) : kept;
  if (available <= 0) throw paymentRules.reject('payment_already_refunded');
  const wanted = amount ?? available;
  if (wanted > available && !upTo) throw paymentRules.reject('refund_too_large');
  const refunded = Math.min(wanted, available);
  const again = upTo ? 0 : Math.min(refunded, owedOf(state));
  const { reference, provider } = state;
  const data = {
    ...factsOf({ ...state, amount: refunded }),
    reference,
    ...(provider !== undefined && { provider }),
    refundId,
    reason,
    ...(again > 0 && { again }),
  };
  return [{ eventType: 'RefundRequested', data }];
}

const factsOf = ({
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

/** One payment of a provider; the provider's reference and name make its id. */
export const paymentAggregate: Aggregate<PaymentState, PaymentCommand, PaymentEvent> = {
  type: 'payment',
  initialState: { status: 'none' },
  decide,
  evolve,
};
