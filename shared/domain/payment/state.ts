import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { ownValue } from '../own-value.ts';
import type { PaymentEvent } from './events.ts';

/** What all reports of one payment have in common. */
export interface PaymentFacts {
  orderId: string;
  /** Absent where the order is not known. */
  customerId?: string;
  currency: string;
  /** The provider's own id of the payment. */
  reference: string;
  provider?: string;
}

/** What a provider reports of a refund. */
type RefundOutcome = 'refunded' | 'failed';

/** Amount in minor units. */
export interface Refund {
  amount: number;
  status: 'requested' | RefundOutcome;
  /** All that the provider has reported of it: a repeat of any is known, whatever came since. */
  reported: readonly RefundOutcome[];
}

/** A report that was not applied. */
interface Parked {
  /** See `parkedKey`. */
  key: string;
  reportId: string;
  isResolved: boolean;
}

type Amounts = Readonly<Record<string, number>>;

/** Each record is by the id of what it holds; amounts in minor units. */
export type PaymentState =
  | { status: 'none' }
  | (PaymentFacts & {
      status: 'recorded';
      captures: Amounts;
      refunds: Readonly<Record<string, Refund>>;
      chargebacks: Amounts;
      /** What could not be refunded and nobody has asked for again. */
      notRefunded: number;
      /** The ids of attempts that were declined. */
      declined: readonly string[];
      parked: readonly Parked[];
    });

export type RecordedPayment = Extract<PaymentState, { status: 'recorded' }>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  const payment = state.status === 'none' ? begunBy(namedBy(event)) : state;
  switch (event.eventType) {
    case 'PaymentCaptured': {
      const { captureId, amount } = event.data;
      if (Object.hasOwn(payment.captures, captureId)) break;
      return { ...payment, captures: { ...payment.captures, [captureId]: amount } };
    }
    case 'PaymentDeclined':
      return { ...payment, declined: [...payment.declined, event.data.attemptId] };
    case 'RefundRequested':
      if (Object.hasOwn(payment.refunds, event.data.refundId)) break;
      return withRefund(askedAgain(payment, event.data.again ?? 0), event.data, 'requested');
    case 'PaymentRefunded': {
      const isAsked = ownValue(payment.refunds, event.data.refundId)?.status === 'requested';
      const rest = isAsked ? payment : askedAgain(payment, event.data.amount);
      return withRefund(rest, event.data, 'refunded');
    }
    case 'RefundFailed': {
      const notRefunded = payment.notRefunded + event.data.amount;
      return withRefund({ ...payment, notRefunded }, event.data, 'failed');
    }
    case 'PaymentChargedBack': {
      const { chargebackId, amount } = event.data;
      if (Object.hasOwn(payment.chargebacks, chargebackId)) break;
      return { ...payment, chargebacks: { ...payment.chargebacks, [chargebackId]: amount } };
    }
    case 'PaymentReportParked': {
      const { reportId } = event.data;
      const parked = { key: parkedKey(event.data), reportId, isResolved: false };
      return { ...payment, parked: [...payment.parked, parked] };
    }
    case 'PaymentReportResolved': {
      const { reportId } = event.data;
      const parked = payment.parked.map((one) =>
        one.reportId === reportId ? { ...one, isResolved: true } : one,
      );
      return { ...payment, parked };
    }
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

type ParkedData = Extract<PaymentEvent, { eventType: 'PaymentReportParked' }>['data'];

/** Tells one parked report from another. */
export const parkedKey = ({ outcome, reportId, orderId, amount, currency }: ParkedData): string =>
  JSON.stringify([outcome, reportId, orderId, amount, currency]);

/** What became of the money, in minor units: captured = kept + refunded + being refunded + charged back. */
export interface Balance {
  captured: number;
  /** Below 0 where the bank took back what had been refunded already. */
  kept: number;
  refunded: number;
  beingRefunded: number;
  chargedBack: number;
}

export function balanceOf({
  captures,
  refunds,
  chargebacks,
}: Pick<RecordedPayment, 'captures' | 'refunds' | 'chargebacks'>): Balance {
  const of = (status: Refund['status']) =>
    sum(Object.values(refunds).map((refund) => (refund.status === status ? refund.amount : 0)));
  const captured = sum(Object.values(captures));
  const [refunded, beingRefunded] = [of('refunded'), of('requested')];
  const chargedBack = sum(Object.values(chargebacks));
  return {
    captured,
    kept: captured - refunded - beingRefunded - chargedBack,
    refunded,
    beingRefunded,
    chargedBack,
  };
}

/** What could not be refunded, is still kept, and nobody has asked for again. In minor units. */
export const owedOf = (payment: RecordedPayment): number =>
  Math.min(payment.notRefunded, Math.max(0, balanceOf(payment).kept));

/** What is kept and nobody has asked for: an order may take it, or a policy refund it. In minor units. */
export const freeOf = (payment: RecordedPayment): number => balanceOf(payment).kept - owedOf(payment);

/**
 * A payment in one word. `partially_refunded` and `refunded` say nothing before the provider did. `parked` is one of which
 * nothing is known but reports that were parked.
 */
export type PaymentStatus =
  | 'parked'
  | 'declined'
  | 'captured'
  | 'refund_requested'
  | 'refund_failed'
  | 'partially_refunded'
  | 'refunded'
  | 'charged_back';

export function statusOf(payment: RecordedPayment): PaymentStatus {
  const { captures, refunds, chargebacks, declined } = payment;
  const is = (status: Refund['status']) => Object.values(refunds).some((refund) => refund.status === status);
  const holds = (reports: object) => Object.keys(reports).length > 0;
  if (holds(chargebacks)) return 'charged_back';
  if (is('requested')) return 'refund_requested';
  if (owedOf(payment) > 0) return 'refund_failed';
  if (is('refunded')) return balanceOf(payment).kept > 0 ? 'partially_refunded' : 'refunded';
  if (holds(captures)) return 'captured';
  if (holds(refunds)) return 'refund_failed';
  return declined.length > 0 ? 'declined' : 'parked';
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

const begunBy = ({ orderId, customerId, currency, reference, provider }: Named): RecordedPayment => ({
  status: 'recorded',
  orderId,
  ...(customerId !== undefined && { customerId }),
  currency,
  reference,
  ...(provider !== undefined && { provider }),
  captures: {},
  refunds: {},
  chargebacks: {},
  notRefunded: 0,
  declined: [],
  parked: [],
});

type Named =
  | Extract<PaymentEvent, { eventType: 'PaymentCaptured' }>['data']
  | Extract<PaymentEvent, { eventType: 'PaymentDeclined' }>['data'];

/** What a stream begins with names the payment. */
function namedBy(event: PaymentEvent): Named {
  if ('reference' in event.data) return event.data as Named;
  throw new InvalidEventSequence(event.eventType, 'none');
}

const askedAgain = (payment: RecordedPayment, amount: number): RecordedPayment => ({
  ...payment,
  notRefunded: Math.max(0, payment.notRefunded - amount),
});

const withRefund = (
  payment: RecordedPayment,
  { refundId, amount }: { refundId: string; amount: number },
  status: Refund['status'],
): RecordedPayment => {
  const before = ownValue(payment.refunds, refundId)?.reported ?? [];
  const reported = status === 'requested' ? before : [...before, status];
  return { ...payment, refunds: { ...payment.refunds, [refundId]: { amount, status, reported } } };
};
