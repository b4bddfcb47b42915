import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type { Outcome, PaymentEvent } from './events.ts';

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

/** Amount in minor units. */
export interface Refund {
  amount: number;
  status: 'requested' | 'refunded' | 'failed';
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
      /** Reports that contradicted others, as `<outcome> <id> <amount>`. */
      parked: readonly string[];
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
      const isAsked = payment.refunds[event.data.refundId]?.status === 'requested';
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
      const { outcome, reportId, amount } = event.data;
      return { ...payment, parked: [...payment.parked, parkedKey(outcome, reportId, amount)] };
    }
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

export const parkedKey = (outcome: Outcome, reportId: string, amount: number): string =>
  `${outcome} ${reportId} ${amount}`;

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

/** A payment in one word. `partially_refunded` and `refunded` say nothing before the provider did. */
export type PaymentStatus =
  | 'declined'
  | 'captured'
  | 'refund_requested'
  | 'refund_failed'
  | 'partially_refunded'
  | 'refunded'
  | 'charged_back';

export function statusOf(payment: RecordedPayment): PaymentStatus {
  const { captured, kept, refunded, beingRefunded, chargedBack } = balanceOf(payment);
  if (chargedBack > 0) return 'charged_back';
  if (beingRefunded > 0) return 'refund_requested';
  if (owedOf(payment) > 0) return 'refund_failed';
  if (refunded > 0) return kept > 0 ? 'partially_refunded' : 'refunded';
  return captured > 0 || Object.keys(payment.captures).length > 0 ? 'captured' : 'declined';
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
): RecordedPayment => ({
  ...payment,
  refunds: { ...payment.refunds, [refundId]: { amount, status } },
});
