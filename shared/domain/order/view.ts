import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type {
  AppliedCapture,
  Hold,
  OrderLine,
  PaymentTerms,
  ShippingAddress,
  StoredOrderEvent,
} from './events.ts';
import { captureOf, type OrderStatus, type Shipment } from './state.ts';

/**
 * An order as queries show it, less the customer's name, which is joined when read. Money in minor
 * units; times are ISO 8601, taken from the events.
 */
export interface OrderView {
  orderId: string;
  customerId: string;
  items: OrderLine[];
  total: number;
  currency: string;
  status: OrderStatus;
  shippingAddress: ShippingAddress;
  paymentTerms: PaymentTerms;
  paymentDueAt?: string;
  /** Those that are still open. */
  holds: Hold[];
  /** What the order took of its payments. */
  payments: AppliedCapture[];
  /** Absent, as `cancellation` is, in a view that an earlier release wrote and nobody has rebuilt. */
  shipment?: Shipment;
  cancellation?: { reason: string };
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
    const isPaid = event.data.paymentTerms === 'none';
    return {
      ...event.data,
      // What only inventory asks for stays out: an order of 1 KB and more costs twice as much to write.
      items: event.data.items.map(({ sku, name, quantity, unitPrice }) => ({
        sku,
        name,
        quantity,
        unitPrice,
      })),
      orderId,
      payments: [],
      status: isPaid ? 'paid' : 'pending',
      createdAt: at,
      updatedAt: at,
      ...(isPaid && { paidAt: at }),
      version,
    };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  const next = { ...view, updatedAt: at, version };
  switch (event.eventType) {
    case 'OrderPaymentReceived':
      return { ...next, payments: [...view.payments, captureOf(event.data)] };
    case 'OrderPaid':
      return { ...next, status: 'paid', payments: [...view.payments, captureOf(event.data)], paidAt: at };
    case 'OrderHoldReleased':
      return { ...next, holds: view.holds.filter((open) => open !== event.data.hold) };
    case 'OrderShipped': {
      const { carrier, trackingNumber } = event.data;
      return { ...next, status: 'shipped', shipment: { carrier, trackingNumber }, shippedAt: at };
    }
    case 'OrderDelivered':
      return { ...next, status: 'delivered', deliveredAt: at };
    case 'OrderCancelled':
      return { ...next, status: 'cancelled', cancellation: { reason: event.data.reason }, cancelledAt: at };
  }
}

/** What an order waits for, in any order: people and systems work on all of them at once. */
export function waitsFor({ status, holds }: Pick<OrderView, 'status' | 'holds'>): WaitsFor[] {
  switch (status) {
    case 'pending':
      return ['payment', ...holds];
    case 'paid':
      return holds.length > 0 ? [...holds] : ['shipment'];
    case 'shipped':
      return ['delivery'];
    case 'delivered':
    case 'cancelled':
      return [];
  }
}

export type WaitsFor = 'payment' | Hold | 'shipment' | 'delivery';
