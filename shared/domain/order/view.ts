import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type { OrderItem, ShippingAddress, StoredOrderEvent } from './events.ts';
import type { OrderStatus } from './state.ts';

/**
 * An order as queries show it, less the customer's name, which is joined when read. Money in minor
 * units; times are ISO 8601, taken from the events.
 */
export interface OrderView {
  orderId: string;
  customerId: string;
  items: OrderItem[];
  total: number;
  currency: string;
  status: OrderStatus;
  shippingAddress: ShippingAddress;
  createdAt: string;
  updatedAt: string;
  paidAt?: string;
  shippedAt?: string;
  deliveredAt?: string;
  cancelledAt?: string;
  version: number;
}

/**
 * Applies the next event of an order's stream; `undefined` is the view before the first. Whether `event` is
 * the next is the caller's business. Throws InvalidEventSequence when the stream does not begin with OrderCreated.
 */
export function orderView(view: OrderView | undefined, event: StoredOrderEvent): OrderView {
  const at = event.metadata.timestamp;
  const { version, aggregateId: orderId } = event;
  if (event.eventType === 'OrderCreated') {
    const { customerId, items, total, currency, shippingAddress } = event.data;
    const order = { orderId, customerId, items, total, currency, shippingAddress };
    return { ...order, status: 'pending', createdAt: at, updatedAt: at, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  const next = { ...view, updatedAt: at, version };
  switch (event.eventType) {
    case 'OrderPaid':
      return { ...next, status: 'paid', paidAt: at };
    case 'OrderShipped':
      return { ...next, status: 'shipped', shippedAt: at };
    case 'OrderDelivered':
      return { ...next, status: 'delivered', deliveredAt: at };
    case 'OrderCancelled':
      return { ...next, status: 'cancelled', cancelledAt: at };
  }
}
