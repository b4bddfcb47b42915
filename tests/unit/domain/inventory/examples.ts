import type { InventoryEvent } from '#domain/inventory/events.ts';

export const sku = 'PEN';

type OfOrders = Exclude<InventoryEvent['eventType'], 'StockReceived' | 'StockAdjusted' | 'StockRejected'>;

export const ofOrders =
  <Type extends OfOrders>(eventType: Type) =>
  (orderId: string, quantity: number) => ({ eventType, data: { sku, orders: [{ orderId, quantity }] } });

export const received = (quantity: number): InventoryEvent => ({
  eventType: 'StockReceived',
  data: { sku, quantity },
});
export const adjusted = (by: number): InventoryEvent => ({
  eventType: 'StockAdjusted',
  data: { sku, by, reason: 'counted' },
});
export const reserved = ofOrders('StockReserved');
export const released = ofOrders('StockReleased');
export const issued = ofOrders('StockIssued');
export const backordered = ofOrders('StockBackordered');
export const filled = ofOrders('BackorderFilled');
export const givenUp = ofOrders('BackorderCancelled');
export const rejected = (orderId: string, quantity: number, available: number): InventoryEvent => ({
  eventType: 'StockRejected',
  data: { sku, orders: [{ orderId, quantity, available }] },
});

export const receive = (quantity: number) => ({ type: 'receive', sku, quantity }) as const;
export const adjust = (by: number) => ({ type: 'adjust', sku, by, reason: 'counted' }) as const;
export const reserve = (orderId: string, quantity: number, backorder = false) =>
  ({ type: 'reserve', sku, orderId, quantity, backorder }) as const;
export const release = (orderId: string) => ({ type: 'release', sku, orderId }) as const;
export const issue = (orderId: string) => ({ type: 'issue', sku, orderId }) as const;
