import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { combine, MAX_ORDERS_PER_EVENT } from './combine.ts';
import type { InventoryEvent, OrderQuantity } from './events.ts';
import { available, evolve, type InventoryState, initialState, standingOf } from './state.ts';

/** Clients know the rules by name: never rename one. */
export const inventoryRules = defineRules({
  quantity_not_positive: ['invalid-input', 'A quantity is a whole number, at least 1.'],
  adjustment_invalid: ['invalid-input', 'An adjustment is a whole number other than 0.'],
  stock_too_large: 'The stock of one SKU is at most 1,000,000,000,000.',
  stock_below_reserved: 'The stock cannot fall below what is reserved for orders.',
});

/**
 * `sku` is the aggregate's id; events carry it so that consumers need not take a stream's name apart. What orders ask for
 * leaves no memory once it is done: who issues `reserve` sees to it that the order still waits for its stock.
 */
export type InventoryCommand =
  | { type: 'receive'; sku: string; quantity: number }
  | { type: 'adjust'; sku: string; by: number; reason: string }
  /** `backorder`: where there is too little, the order waits. */
  | { type: 'reserve'; sku: string; orderId: string; quantity: number; backorder: boolean }
  | { type: 'release'; sku: string; orderId: string }
  /** The order has left with what it had reserved. */
  | { type: 'issue'; sku: string; orderId: string };

type CommandOf<Type extends InventoryCommand['type']> = Extract<InventoryCommand, { type: Type }>;

/** Far from where numbers lose precision, whatever is added in one command. */
const MAX_ON_HAND = 1e12;

/** Orders that wait for one SKU; a further one is rejected. One receipt may fill them all in one append. */
export const MAX_WAITING = 10_000;

/**
 * Too little stock is an outcome (StockRejected, StockBackordered), not a broken rule: the order has to hear of it. What
 * makes stock available fills in the same append what waits for it.
 */
export function decide(command: InventoryCommand, state: InventoryState): InventoryEvent[] {
  switch (command.type) {
    case 'receive':
      return receive(command, state);
    case 'adjust':
      return adjust(command, state);
    case 'reserve':
      return reserve(command, state);
    case 'release':
      return release(command, state);
    case 'issue':
      return issue(command, state);
  }
}

function receive({ sku, quantity }: CommandOf<'receive'>, state: InventoryState): InventoryEvent[] {
  if (!isCount(quantity)) throw inventoryRules.reject('quantity_not_positive');
  if (state.onHand + quantity > MAX_ON_HAND) throw inventoryRules.reject('stock_too_large');
  return withFilled(sku, state, { eventType: 'StockReceived', data: { sku, quantity } });
}

function adjust({ sku, by, reason }: CommandOf<'adjust'>, state: InventoryState): InventoryEvent[] {
  if (!Number.isSafeInteger(by) || by === 0) throw inventoryRules.reject('adjustment_invalid');
  if (state.onHand + by > MAX_ON_HAND) throw inventoryRules.reject('stock_too_large');
  if (state.onHand + by < state.reserved) throw inventoryRules.reject('stock_below_reserved');
  return withFilled(sku, state, { eventType: 'StockAdjusted', data: { sku, by, reason } });
}

function reserve(command: CommandOf<'reserve'>, state: InventoryState): InventoryEvent[] {
  const { sku, orderId, quantity, backorder } = command;
  if (!isCount(quantity)) throw inventoryRules.reject('quantity_not_positive');
  if (standingOf(state, orderId) !== 'none') return [];
  const order = { orderId, quantity };
  const left = available(state);
  if (quantity <= left) return [{ eventType: 'StockReserved', data: { sku, orders: [order] } }];
  if (backorder && state.waiting.length < MAX_WAITING) {
    return [{ eventType: 'StockBackordered', data: { sku, orders: [order] } }];
  }
  return [{ eventType: 'StockRejected', data: { sku, orders: [{ ...order, available: left }] } }];
}

function release({ sku, orderId }: CommandOf<'release'>, state: InventoryState): InventoryEvent[] {
  const reserved = state.open.filter((one) => one.orderId === orderId);
  if (reserved.length > 0) {
    return withFilled(sku, state, { eventType: 'StockReleased', data: { sku, orders: reserved } });
  }
  const waiting = state.waiting.filter((one) => one.orderId === orderId);
  return waiting.length > 0 ? [{ eventType: 'BackorderCancelled', data: { sku, orders: waiting } }] : [];
}

function issue({ sku, orderId }: CommandOf<'issue'>, state: InventoryState): InventoryEvent[] {
  const orders = state.open.filter((one) => one.orderId === orderId);
  return orders.length > 0 ? [{ eventType: 'StockIssued', data: { sku, orders } }] : [];
}

/** The event, and what it makes possible: the oldest orders first; one that wants more than there is lets others pass. */
function withFilled(sku: string, state: InventoryState, event: InventoryEvent): InventoryEvent[] {
  let left = available(evolve(state, event));
  const filled: OrderQuantity[] = [];
  for (const order of state.waiting) {
    if (left === 0) break;
    if (order.quantity > left) continue;
    left -= order.quantity;
    filled.push(order);
  }
  return [event, ...eventsOf('BackorderFilled', sku, filled)];
}

function eventsOf(
  eventType: 'BackorderFilled',
  sku: string,
  orders: readonly OrderQuantity[],
): InventoryEvent[] {
  return Array.from({ length: Math.ceil(orders.length / MAX_ORDERS_PER_EVENT) }, (_, index) => ({
    eventType,
    data: { sku, orders: orders.slice(index * MAX_ORDERS_PER_EVENT, (index + 1) * MAX_ORDERS_PER_EVENT) },
  }));
}

const isCount = (quantity: number): boolean => Number.isSafeInteger(quantity) && quantity > 0;

/** The stock of one SKU; the SKU is the aggregate's id. */
export const inventoryAggregate: Aggregate<InventoryState, InventoryCommand, InventoryEvent> = {
  type: 'inventory',
  initialState,
  decide,
  evolve,
  combine,
  // Whether an order has its stock is told by the state; whether a delivery was counted is not.
  snapshot: { every: 25, commandsOf: ['StockReceived', 'StockAdjusted'] },
};
