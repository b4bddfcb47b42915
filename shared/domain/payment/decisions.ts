import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import type { PaymentEvent } from './events.ts';
import { factsOf, type RecordPayment, record } from './reports.ts';
import { balanceOf, evolve, freeOf, owedOf, type PaymentState } from './state.ts';

export type { RecordPayment } from './reports.ts';

/** Clients know the rules by name: never rename one. */
export const paymentRules = defineRules({
  payment_not_found: ['not-found', 'There is no such payment.'],
  payment_declined: 'This payment was declined: there is nothing to refund.',
  payment_already_refunded: 'All of this payment has been refunded, or is being refunded.',
  refund_too_small: ['invalid-input', 'A refund is of more than nothing.'],
  refund_too_large: ['invalid-input', 'The refund is more than what is kept of this payment.'],
  parked_report_not_found: ['not-found', 'No report with this id is parked.'],
});

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

/** A person has looked at what was parked under this id: it need not be looked at again. It changes no money. */
export interface ResolveReport {
  type: 'resolveReport';
  reportId: string;
  /** The id of that person. */
  by: string;
  note: string;
}

export type PaymentCommand = RecordPayment | RequestRefund | ResolveReport;

/** Providers report more than once: the same report again yields nothing; one that contradicts another is parked. */
export function decide(command: PaymentCommand, state: PaymentState): PaymentEvent[] {
  switch (command.type) {
    case 'record':
      return record(command, state);
    case 'requestRefund':
      return requestRefund(command, state);
    case 'resolveReport':
      return resolveReport(command, state);
  }
}

function requestRefund(
  { refundId, reason, amount, upTo = false }: RequestRefund,
  state: PaymentState,
): PaymentEvent[] {
  if (state.status === 'none') throw paymentRules.reject('payment_not_found');
  if (Object.hasOwn(state.refunds, refundId)) return [];
  if (amount !== undefined && !(Number.isSafeInteger(amount) && amount > 0))
    throw paymentRules.reject('refund_too_small');
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

function resolveReport({ reportId, by, note }: ResolveReport, state: PaymentState): PaymentEvent[] {
  if (state.status === 'none') throw paymentRules.reject('payment_not_found');
  const parked = state.parked.filter((one) => one.reportId === reportId);
  if (parked.length === 0) throw paymentRules.reject('parked_report_not_found');
  if (parked.every(({ isResolved }) => isResolved)) return [];
  return [{ eventType: 'PaymentReportResolved', data: { reportId, by, note } }];
}

/** One payment of a provider; the provider's reference and name make its id. */
export const paymentAggregate: Aggregate<PaymentState, PaymentCommand, PaymentEvent> = {
  type: 'payment',
  initialState: { status: 'none' },
  decide,
  evolve,
};
