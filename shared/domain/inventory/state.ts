import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import type { InventoryEvent, OrderQuantity } from './events.ts';

/**
 * The stock of a SKU: `0 <= reserved <= onHand`. Holds open reservations only: what was issued, released or rejected has
 * left it, so that it does not grow with the history. Whether an order may still ask is told by the order.
 */
export interface InventoryState {
  /** What is in the warehouse, reserved or not. */
  onHand: number;
  /** The sum of `open`. */
  reserved: number;
  open: readonly OrderQuantity[];
  /** Orders that wait for stock, oldest first. */
  waiting: readonly OrderQuantity[];
}

export const initialState: InventoryState = { onHand: 0, reserved: 0, open: [], waiting: [] };

/** How much can still be reserved. */
export const available = ({ onHand, reserved }: Pick<InventoryState, 'onHand' | 'reserved'>): number =>
  onHand - reserved;

/** What an order has here. `none`: it never asked, was rejected, gave it back, or took it with it. */
export function standingOf(
  { open, waiting }: InventoryState,
  orderId: string,
): 'reserved' | 'waiting' | 'none' {
  const isOf = (one: OrderQuantity) => one.orderId === orderId;
  if (open.some(isOf)) return 'reserved';
  return waiting.some(isOf) ? 'waiting' : 'none';
}

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: InventoryState, event: InventoryEvent): InventoryState {
  const next = apply(state, event);
  if (next && next.reserved >= 0 && next.reserved <= next.onHand) return next;
  throw new InvalidEventSequence(event.eventType, `${state.onHand} on hand, ${state.reserved} reserved`);
}

/** Undefined where the event speaks of an order that is not where it should be. */
function apply(state: InventoryState, event: InventoryEvent): InventoryState | undefined {
  const { onHand, reserved, open, waiting } = state;
  switch (event.eventType) {
    case 'StockReceived':
      return { ...state, onHand: onHand + event.data.quantity };
    case 'StockAdjusted':
      return { ...state, onHand: onHand + event.data.by };
    case 'StockRejected':
      return state;
  }
  const { orders } = event.data;
  const quantity = totalOf(orders);
  switch (event.eventType) {
    case 'StockReserved':
      return { ...state, reserved: reserved + quantity, open: [...open, ...orders] };
    case 'StockReleased': {
      const left = without(open, orders);
      return left && { ...state, reserved: reserved - quantity, open: left };
    }
    case 'StockIssued': {
      const left = without(open, orders);
      return left && { ...state, onHand: onHand - quantity, reserved: reserved - quantity, open: left };
    }
    case 'StockBackordered':
      return { ...state, waiting: [...waiting, ...orders] };
    case 'BackorderFilled': {
      const left = without(waiting, orders);
      return left && { ...state, reserved: reserved + quantity, open: [...open, ...orders], waiting: left };
    }
    case 'BackorderCancelled': {
      const left = without(waiting, orders);
      return left && { ...state, waiting: left };
    }
  }
}

export const totalOf = (orders: readonly OrderQuantity[]): number =>
  orders.reduce((sum, { quantity }) => sum + quantity, 0);

/** Undefined where one of `orders` is not among `all`. */
function without(
  all: readonly OrderQuantity[],
  orders: readonly OrderQuantity[],
): readonly OrderQuantity[] | undefined {
  const gone = new Set(orders.map(({ orderId }) => orderId));
  const left = all.filter(({ orderId }) => !gone.has(orderId));
  return left.length === all.length - orders.length ? left : undefined;
}
