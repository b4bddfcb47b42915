import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type { AppliedCapture, Hold, OrderEvent, OrderItem, PaymentTerms } from './events.ts';

/** What decisions on a placed order need of it. Money in minor units. */
export interface PlacedOrder {
  customerId: string;
  items: OrderItem[];
  total: number;
  currency: string;
  paymentTerms: PaymentTerms;
  paymentDueAt?: string;
  /** Those that are still open. */
  holds: readonly Hold[];
  /** What it took of each capture, in the order in which they came. */
  payments: readonly AppliedCapture[];
}

export interface Shipment {
  carrier: string;
  trackingNumber: string;
}

export type OrderState =
  | { status: 'none' }
  | (PlacedOrder & { status: 'pending' })
  | (PlacedOrder & { status: 'paid' })
  | (PlacedOrder & { status: 'shipped'; shipment: Shipment })
  | (PlacedOrder & { status: 'delivered'; shipment: Shipment })
  | (PlacedOrder & { status: 'cancelled'; reason: string });

export type OrderStatus = Exclude<OrderState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: OrderState, event: OrderEvent): OrderState {
  switch (event.eventType) {
    case 'OrderCreated': {
      if (state.status !== 'none') break;
      const { shippingAddress: _, ...facts } = event.data;
      const status = facts.paymentTerms === 'none' ? 'paid' : 'pending';
      return { ...facts, status, payments: [] };
    }
    case 'OrderPaymentReceived':
      if (state.status !== 'pending') break;
      return { ...state, payments: [...state.payments, captureOf(event.data)] };
    case 'OrderPaid':
      if (state.status !== 'pending') break;
      return { ...state, status: 'paid', payments: [...state.payments, captureOf(event.data)] };
    case 'OrderHoldReleased': {
      if (state.status !== 'pending' && state.status !== 'paid') break;
      const { hold } = event.data;
      return { ...state, holds: state.holds.filter((open) => open !== hold) };
    }
    case 'OrderShipped': {
      if (state.status !== 'paid') break;
      const { carrier, trackingNumber } = event.data;
      return { ...state, status: 'shipped', shipment: { carrier, trackingNumber } };
    }
    case 'OrderDelivered':
      if (state.status !== 'shipped') break;
      return { ...state, status: 'delivered' };
    case 'OrderCancelled':
      if (state.status !== 'pending' && state.status !== 'paid') break;
      return { ...state, status: 'cancelled', reason: event.data.reason };
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

/** What the order has taken of its payments, in minor units. */
export const paidAmount = ({ payments }: Pick<PlacedOrder, 'payments'>): number =>
  payments.reduce((sum, { amount }) => sum + amount, 0);

/** What the order took of one capture: 0 where it took nothing. */
export function takenOf(
  state: OrderState,
  { paymentId, captureId }: Pick<AppliedCapture, 'paymentId' | 'captureId'>,
): number {
  if (state.status === 'none') return 0;
  return (
    state.payments.find((taken) => taken.paymentId === paymentId && taken.captureId === captureId)?.amount ??
    0
  );
}

export const captureOf = ({ paymentId, captureId, amount }: AppliedCapture): AppliedCapture => ({
  paymentId,
  captureId,
  amount,
});
