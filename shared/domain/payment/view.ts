import type { Contradiction, Outcome, StoredPaymentEvent } from './events.ts';
import {
  type Balance,
  balanceOf,
  evolve,
  owedOf,
  type PaymentFacts,
  type PaymentState,
  type PaymentStatus,
  type RecordedPayment,
  type Refund,
  statusOf,
} from './state.ts';

/** Money in minor units of `currency`; times are ISO 8601, taken from the events. */
interface Reported {
  amount: number;
  at: string;
}

export interface RefundView extends Pick<Refund, 'amount' | 'status'> {
  refundId: string;
  reason: string;
  /** Absent where the provider gave it back unasked. */
  requestedAt?: string;
  updatedAt: string;
  /** Why it failed, in the provider's words. */
  failure?: string;
}

export interface ParkedReport extends Reported {
  outcome: Outcome;
  reportId: string;
  orderId: string;
  currency: string;
  contradiction: Contradiction;
}

/** A payment as queries show it. Each list is in the order of time. */
export interface PaymentView extends PaymentFacts, Balance {
  paymentId: string;
  status: PaymentStatus;
  captures: (Reported & { captureId: string })[];
  refunds: RefundView[];
  chargebacks: (Reported & { chargebackId: string; reason?: string })[];
  /** The newest attempts that were declined. */
  declined: (Reported & { attemptId: string; reason?: string })[];
  /** The newest reports that contradicted others and nobody has resolved. */
  parked: ParkedReport[];
  /** What somebody has yet to do about it. */
  waitsFor: PaymentWaitsFor[];
  /** Since when it has waited for anything. */
  waitingSince?: string;
  createdAt: string;
  updatedAt: string;
  version: number;
  /** What the fold needs and no query shows. */
  notRefunded: number;
}

/** A refund that failed, one whose outcome is not known, a report that was parked. */
export const PAYMENT_WAITS = ['refund_failed', 'refund_requested', 'parked'] as const;
export type PaymentWaitsFor = (typeof PAYMENT_WAITS)[number];

/** How many declined attempts and parked reports a view keeps: a provider may report without end. */
const MOST = 50;

/**
 * Applies the next event of a payment's stream; `undefined` is the view before the first. Whether `event` is the next
 * is the caller's business. Throws InvalidEventSequence for what no history of commands can have led to.
 */
export function paymentView(view: PaymentView | undefined, event: StoredPaymentEvent): PaymentView {
  const state = evolve(view ? stateOf(view) : { status: 'none' }, event);
  if (state.status === 'none') throw new Error('a payment is recorded by its first event');
  const at = event.metadata.timestamp;
  const { orderId, customerId, currency, reference, provider, notRefunded } = state;
  const lists = listsAfter(view, event);
  const waitsFor = waitsForOf(state, lists.parked.length > 0);
  return {
    paymentId: event.aggregateId,
    orderId,
    ...(customerId !== undefined && { customerId }),
    currency,
    reference,
    ...(provider !== undefined && { provider }),
    status: statusOf(state),
    ...balanceOf(state),
    ...lists,
    waitsFor,
    ...(waitsFor.length > 0 && { waitingSince: view?.waitingSince ?? at }),
    createdAt: view?.createdAt ?? at,
    updatedAt: at,
    version: event.version,
    notRefunded,
  };
}

function waitsForOf(state: RecordedPayment, isParked: boolean): PaymentWaitsFor[] {
  const waits = {
    refund_failed: owedOf(state) > 0,
    refund_requested: balanceOf(state).beingRefunded > 0,
    parked: isParked,
  };
  return PAYMENT_WAITS.filter((one) => waits[one]);
}

type Lists = Pick<PaymentView, 'captures' | 'refunds' | 'chargebacks' | 'declined' | 'parked'>;

function listsAfter(view: PaymentView | undefined, event: StoredPaymentEvent): Lists {
  const { captures = [], refunds = [], chargebacks = [], declined = [], parked = [] } = view ?? {};
  const lists = { captures, refunds, chargebacks, declined, parked };
  const at = event.metadata.timestamp;
  switch (event.eventType) {
    case 'PaymentCaptured': {
      const { captureId, amount } = event.data;
      return { ...lists, captures: [...captures, { captureId, amount, at }] };
    }
    case 'PaymentDeclined': {
      const { attemptId, amount, reason } = event.data;
      const attempt = { attemptId, amount, ...(reason !== undefined && { reason }), at };
      return { ...lists, declined: [...declined, attempt].slice(-MOST) };
    }
    case 'RefundRequested': {
      const { refundId, amount, reason } = event.data;
      const refund = {
        refundId,
        amount,
        reason,
        status: 'requested' as const,
        requestedAt: at,
        updatedAt: at,
      };
      return { ...lists, refunds: [...refunds, refund] };
    }
    case 'PaymentRefunded':
      return { ...lists, refunds: withOutcome(refunds, { ...event.data, status: 'refunded' }, at) };
    case 'RefundFailed':
      return { ...lists, refunds: withOutcome(refunds, { ...event.data, status: 'failed' }, at) };
    case 'PaymentChargedBack': {
      const { chargebackId, amount, reason } = event.data;
      const chargeback = { chargebackId, amount, ...(reason !== undefined && { reason }), at };
      return { ...lists, chargebacks: [...chargebacks, chargeback] };
    }
    case 'PaymentReportParked': {
      const { outcome, reportId, orderId, amount, currency, contradiction } = event.data;
      const report = { outcome, reportId, orderId, amount, currency, contradiction, at };
      return { ...lists, parked: [...parked, report].slice(-MOST) };
    }
    case 'PaymentReportResolved':
      return { ...lists, parked: parked.filter(({ reportId }) => reportId !== event.data.reportId) };
  }
}

type Outcomes = Pick<RefundView, 'refundId' | 'amount' | 'reason' | 'status' | 'failure'>;

/** The reason of a refund is whoever's asked for it; a report of one that nobody asked for brings its own. */
function withOutcome(
  refunds: readonly RefundView[],
  { refundId, amount, reason, status, failure }: Outcomes,
  at: string,
): RefundView[] {
  const { failure: _, ...known } = refunds.find((one) => one.refundId === refundId) ?? { reason };
  const why = failure === undefined ? {} : { failure };
  const refund: RefundView = { ...known, refundId, amount, status, updatedAt: at, ...why };
  return refunds.some((one) => one.refundId === refundId)
    ? refunds.map((one) => (one.refundId === refundId ? refund : one))
    : [...refunds, refund];
}

/** As the deciders have it, but for what only they need: every report of a refund, and what was parked. */
function stateOf(view: PaymentView): Exclude<PaymentState, { status: 'none' }> {
  const { orderId, customerId, currency, reference, provider, notRefunded } = view;
  return {
    status: 'recorded',
    orderId,
    ...(customerId !== undefined && { customerId }),
    currency,
    reference,
    ...(provider !== undefined && { provider }),
    captures: Object.fromEntries(view.captures.map(({ captureId, amount }) => [captureId, amount])),
    refunds: Object.fromEntries(
      view.refunds.map(({ refundId, amount, status }) => [refundId, { amount, status, reported: [] }]),
    ),
    chargebacks: Object.fromEntries(view.chargebacks.map((one) => [one.chargebackId, one.amount])),
    notRefunded,
    declined: view.declined.map(({ attemptId }) => attemptId),
    parked: [],
  };
}
