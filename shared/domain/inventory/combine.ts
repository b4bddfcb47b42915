import type { InventoryEvent } from './events.ts';

/** Orders in one event: 200 are about 15 KB. */
export const MAX_ORDERS_PER_EVENT = 200;

type OfOrders = Exclude<InventoryEvent, { eventType: 'StockReceived' | 'StockAdjusted' }>;

/**
 * The same as fewer events: each joins an earlier one of its type where it may pass what lies between. Folds to the same
 * state.
 */
export function combine(events: readonly InventoryEvent[]): InventoryEvent[] {
  const combined: InventoryEvent[] = [];
  for (const event of events) {
    const at = placeFor(event, combined);
    const found = combined[at];
    if (found === undefined) combined.push(event);
    else combined[at] = joined(found, event);
  }
  return combined;
}

/** Of the event that this one may join, -1 where there is none. */
function placeFor(event: InventoryEvent, combined: readonly InventoryEvent[]): number {
  for (let at = combined.length - 1; at >= 0; at--) {
    const before = combined[at];
    if (!before || !isOfOrders(event) || !isOfOrders(before)) return -1;
    if (before.eventType === event.eventType) {
      return before.data.orders.length + event.data.orders.length <= MAX_ORDERS_PER_EVENT ? at : -1;
    }
    if (!mayPass(event, before)) return -1;
  }
  return -1;
}

/** What takes available stock may not come before what makes it available; nothing passes events of its own orders. */
function mayPass(event: OfOrders, before: OfOrders): boolean {
  const takes = event.eventType === 'StockReserved' || event.eventType === 'BackorderFilled';
  if (takes && before.eventType === 'StockReleased') return false;
  const own = new Set(event.data.orders.map(({ orderId }) => orderId));
  return !before.data.orders.some(({ orderId }) => own.has(orderId));
}

const isOfOrders = (event: InventoryEvent): event is OfOrders =>
  event.eventType !== 'StockReceived' && event.eventType !== 'StockAdjusted';

const joined = (one: InventoryEvent, other: InventoryEvent): InventoryEvent =>
  ({
    eventType: one.eventType,
    data: {
      ...one.data,
      orders: [...(one as OfOrders).data.orders, ...(other as OfOrders).data.orders],
    },
  }) as InventoryEvent;
