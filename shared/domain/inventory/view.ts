import { MisplacedEvent } from '#kit/events/unreadable-event.ts';
import type { StoredInventoryEvent } from './events.ts';

/** The stock of a SKU as queries show it. `onHand` includes what is reserved. */
export interface StockView {
  sku: string;
  onHand: number;
  reserved: number;
  updatedAt: string;
  version: number;
}

/**
 * Applies the next event of a SKU's stream; `undefined` is the view before the first. Whether `event` is
 * the next is the caller's business. Throws MisplacedEvent when the stream does not begin with StockReceived.
 */
export function stockView(view: StockView | undefined, event: StoredInventoryEvent): StockView {
  if (!view && event.eventType !== 'StockReceived') throw new MisplacedEvent(event.eventType, 'none');
  const { onHand = 0, reserved = 0 } = view ?? {};
  const next = {
    sku: event.aggregateId,
    onHand,
    reserved,
    updatedAt: event.metadata.timestamp,
    version: event.version,
  };
  switch (event.eventType) {
    case 'StockReceived':
      return { ...next, onHand: onHand + event.data.quantity };
    case 'StockReserved':
      return { ...next, reserved: reserved + event.data.quantity };
    case 'StockRejected':
      return next;
    case 'StockReleased':
      return { ...next, reserved: reserved - event.data.quantity };
  }
}
