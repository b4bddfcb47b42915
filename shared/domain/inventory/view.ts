import type { StoredInventoryEvent } from './events.ts';
import { totalOf } from './state.ts';

/** The stock of a SKU as queries show it. `onHand` includes what is reserved. */
export interface StockView {
  sku: string;
  onHand: number;
  reserved: number;
  /** What orders wait for. */
  backordered: number;
  updatedAt: string;
  version: number;
}

/**
 * Applies the next event of a SKU's stream; `undefined` is the view before the first. Whether `event` is the next is
 * the caller's business.
 */
export function stockView(view: StockView | undefined, event: StoredInventoryEvent): StockView {
  // Views of before version 0.3 have no `backordered`.
  const { onHand = 0, reserved = 0, backordered = 0 } = view ?? {};
  const next = {
    sku: event.aggregateId,
    onHand,
    reserved,
    backordered,
    updatedAt: event.metadata.timestamp,
    version: event.version,
  };
  switch (event.eventType) {
    case 'StockReceived':
      return { ...next, onHand: onHand + event.data.quantity };
    case 'StockAdjusted':
      return { ...next, onHand: onHand + event.data.by };
    case 'StockRejected':
      return next;
  }
  const quantity = totalOf(event.data.orders);
  switch (event.eventType) {
    case 'StockReserved':
      return { ...next, reserved: reserved + quantity };
    case 'StockReleased':
      return { ...next, reserved: reserved - quantity };
    case 'StockIssued':
      return { ...next, onHand: onHand - quantity, reserved: reserved - quantity };
    case 'StockBackordered':
      return { ...next, backordered: backordered + quantity };
    case 'BackorderFilled':
      return { ...next, reserved: reserved + quantity, backordered: backordered - quantity };
    case 'BackorderCancelled':
      return { ...next, backordered: backordered - quantity };
  }
}
