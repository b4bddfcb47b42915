import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type { OrderEvent, OrderItem } from './events.ts';

/** What decisions on a placed order need of it. Money in minor units. */
export interface PlacedOrder {
  customerId: string;
  items: OrderItem[];
  total: number;
  currency: string;
}

export interface Shipment {
  carrier: string;
  trackingNumber: string;
}

export type OrderState =
  | { status: 'none' }
  | (PlacedOrder & { status: 'pending' })
  | (PlacedOrder & { status: 'paid'; paymentId: string })
  | (PlacedOrder & { status: 'shipped'; paymentId: string; shipment: Shipment })
  | (PlacedOrder & { status: 'delivered'; paymentId: string; shipment: Shipment })
  | (PlacedOrder & { status: 'cancelled'; reason: string });

export type OrderStatus = Exclude<OrderState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: OrderState, event: OrderEvent): OrderState {
  switch (event.eventType) {
    case 'OrderCreated': {
      if (state.status !== 'none') break;
      const { customerId, items, total, currency } = event.data;
      return { status: 'pending', customerId, items, total, currency };
    }
    case 'OrderPaid':
      if (state.status !== 'pending') break;
      return { ...state, status: 'paid', paymentId: event.data.paymentId };
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
      return { ...placed(state), status: 'cancelled', reason: event.data.reason };
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

const placed = ({ customerId, items, total, currency }: PlacedOrder): PlacedOrder => ({
  customerId,
  items,
  total,
  currency,
});
