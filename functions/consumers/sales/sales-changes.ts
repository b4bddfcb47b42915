import type { DomainEvent } from '#domain/index.ts';
import type { SalesCounters } from '#read-model/sales.ts';

/** What one event adds to the counters of its day (yyyy-mm-dd, UTC). */
export interface SalesChange {
  day: string;
  add: Partial<SalesCounters>;
}

/**
 * Each event counts on its own day: an order that is cancelled a day later leaves its first day as it was. A chargeback
 * counts as refunded, and what came back counts against what was refunded. `undefined` for an event that sales do not count.
 */
export function salesChanges(event: DomainEvent): SalesChange | undefined {
  const day = event.metadata.timestamp.slice(0, 10);
  switch (event.eventType) {
    case 'OrderCreated':
      return { day, add: { orders: 1, ordered: event.data.total } };
    case 'OrderCancelled':
      return { day, add: { cancelled: 1, cancelledAmount: event.data.total } };
    case 'OrderShipped':
      return { day, add: { shipped: 1 } };
    case 'PaymentCaptured':
      return { day, add: { captured: event.data.amount } };
    case 'PaymentRefunded':
    case 'PaymentChargedBack':
      return { day, add: { refunded: event.data.amount } };
    case 'RefundFailed':
      return { day, add: { refunded: 0 - (event.data.returned ?? 0) } };
    default:
      return undefined;
  }
}
