import { MisplacedEvent } from '#kit/events/unreadable-event.ts';
import type { InventoryEvent } from './events.ts';

/**
 * What an order's reservation came to, newest first. A linked list, so that each event costs one node: a
 * popular SKU has tens of thousands of them, and copying a map for each would make loading it quadratic.
 */
export interface Reservation {
  orderId: string;
  outcome: 'reserved' | 'rejected' | 'released';
  quantity: number;
  earlier: Reservation | undefined;
}

/** `onHand` counts what is in the warehouse, reserved or not: 0 <= reserved <= onHand. */
export interface InventoryState {
  /** A SKU that was never received is not tracked, and always available. */
  tracked: boolean;
  onHand: number;
  reserved: number;
  reservations: Reservation | undefined;
}

/** Throws MisplacedEvent for an event that no history of commands can have led to. */
export function evolve(state: InventoryState, event: InventoryEvent): InventoryState {
  const status = state.tracked ? 'tracked' : 'none';
  if (!state.tracked && event.eventType !== 'StockReceived')
    throw new MisplacedEvent(event.eventType, status);
  switch (event.eventType) {
    case 'StockReceived':
      return { ...state, tracked: true, onHand: state.onHand + event.data.quantity };
    case 'StockReserved':
      if (event.data.quantity > available(state)) throw new MisplacedEvent(event.eventType, status);
      return { ...state, reserved: state.reserved + event.data.quantity, reservations: noted(state, event) };
    case 'StockRejected':
      return { ...state, reservations: noted(state, event) };
    case 'StockReleased':
      if (event.data.quantity > state.reserved) throw new MisplacedEvent(event.eventType, status);
      return { ...state, reserved: state.reserved - event.data.quantity, reservations: noted(state, event) };
  }
}

/** How much can still be reserved. */
export const available = ({ onHand, reserved }: InventoryState): number => onHand - reserved;

/** What became of an order here so far. */
export function findReservation(state: InventoryState, orderId: string): Reservation | undefined {
  let found = state.reservations;
  while (found && found.orderId !== orderId) found = found.earlier;
  return found;
}

/**
 * Whether an order has its stock. `none`: it never asked, gave it back, or the SKU is not tracked, in which case
 * nothing stands in its way.
 */
export function reservationOf(state: InventoryState, orderId: string): 'reserved' | 'rejected' | 'none' {
  const outcome = findReservation(state, orderId)?.outcome ?? 'none';
  return outcome === 'released' ? 'none' : outcome;
}

const OUTCOME = { StockReserved: 'reserved', StockRejected: 'rejected', StockReleased: 'released' } as const;

const noted = (
  { reservations }: InventoryState,
  { eventType, data }: Exclude<InventoryEvent, { eventType: 'StockReceived' }>,
): Reservation => ({
  orderId: data.orderId,
  outcome: OUTCOME[eventType],
  quantity: data.quantity,
  earlier: reservations,
});
