import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { quantity, text } from './fields.ts';

// Events

const forOrder = z.object({ sku: text, orderId: text, quantity });

const sample = { sku: 'LAPTOP-14', orderId: 'ord-1', quantity: 2 };

export const stockReceived = defineEvent({
  eventType: 'StockReceived',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: z.object({ sku: text, quantity }),
  samples: { 1: { sku: 'LAPTOP-14', quantity: 10 } },
});

export const stockReserved = defineEvent({
  eventType: 'StockReserved',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder,
  samples: { 1: sample },
});

/** There was less than the order asked for; `available` is what there was. Nothing was taken. */
export const stockRejected = defineEvent({
  eventType: 'StockRejected',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder.extend({ available: z.int().nonnegative() }),
  samples: { 1: { ...sample, available: 1 } },
});

/** All that the order had reserved went back. */
export const stockReleased = defineEvent({
  eventType: 'StockReleased',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder,
  samples: { 1: sample },
});

type Definition = typeof stockReceived | typeof stockReserved | typeof stockRejected | typeof stockReleased;

export type InventoryEvent = NewEventOf<Definition>;
export type StoredInventoryEvent = StoredEventOf<Definition>;

// State

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

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: InventoryState, event: InventoryEvent): InventoryState {
  const status = state.tracked ? 'tracked' : 'none';
  if (!state.tracked && event.eventType !== 'StockReceived')
    throw new InvalidEventSequence(event.eventType, status);
  switch (event.eventType) {
    case 'StockReceived':
      return { ...state, tracked: true, onHand: state.onHand + event.data.quantity };
    case 'StockReserved':
      if (event.data.quantity > available(state)) throw new InvalidEventSequence(event.eventType, status);
      return { ...state, reserved: state.reserved + event.data.quantity, reservations: noted(state, event) };
    case 'StockRejected':
      return { ...state, reservations: noted(state, event) };
    case 'StockReleased':
      if (event.data.quantity > state.reserved) throw new InvalidEventSequence(event.eventType, status);
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

// Decisions

/** Clients know the rules by name: never rename one. */
export const inventoryRules = defineRules({
  quantity_not_positive: ['invalid-input', 'A quantity is a whole number, at least 1.'],
  stock_too_large: 'The stock of one SKU is at most 1,000,000,000,000.',
});

/** `sku` is the aggregate's id; events carry it so that consumers need not take a stream's name apart. */
export type InventoryCommand =
  | { type: 'receive'; sku: string; quantity: number }
  | { type: 'reserve'; sku: string; orderId: string; quantity: number }
  | { type: 'release'; sku: string; orderId: string };

type CommandOf<Type extends InventoryCommand['type']> = Extract<InventoryCommand, { type: Type }>;

/** Far from where numbers lose precision, whatever is added in one command. */
export const MAX_ON_HAND = 1e12;

/**
 * Too little stock is an outcome (StockRejected), not a broken rule: the order has to hear of it. An order
 * is decided on once for each SKU, so a second reserve yields nothing, whatever became of the first.
 */
export function decide(command: InventoryCommand, state: InventoryState): InventoryEvent[] {
  switch (command.type) {
    case 'receive':
      return receive(command, state);
    case 'reserve':
      return reserve(command, state);
    case 'release':
      return release(command, state);
  }
}

function receive({ sku, quantity }: CommandOf<'receive'>, state: InventoryState): InventoryEvent[] {
  if (!isCount(quantity)) throw inventoryRules.reject('quantity_not_positive');
  if (state.onHand + quantity > MAX_ON_HAND) throw inventoryRules.reject('stock_too_large');
  return [{ eventType: 'StockReceived', data: { sku, quantity } }];
}

function reserve({ sku, orderId, quantity }: CommandOf<'reserve'>, state: InventoryState): InventoryEvent[] {
  if (!isCount(quantity)) throw inventoryRules.reject('quantity_not_positive');
  if (!state.tracked || findReservation(state, orderId)) return [];
  const left = available(state);
  if (quantity <= left) return [{ eventType: 'StockReserved', data: { sku, orderId, quantity } }];
  return [{ eventType: 'StockRejected', data: { sku, orderId, quantity, available: left } }];
}

function release({ sku, orderId }: CommandOf<'release'>, state: InventoryState): InventoryEvent[] {
  const reservation = findReservation(state, orderId);
  if (reservation?.outcome !== 'reserved') return [];
  return [{ eventType: 'StockReleased', data: { sku, orderId, quantity: reservation.quantity } }];
}

const isCount = (quantity: number): boolean => Number.isSafeInteger(quantity) && quantity > 0;

/** The stock of one SKU; the SKU is the aggregate's id. */
export const inventoryAggregate: Aggregate<InventoryState, InventoryCommand, InventoryEvent> = {
  type: 'inventory',
  initialState: { tracked: false, onHand: 0, reserved: 0, reservations: undefined },
  decide,
  evolve,
};

// View

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
 * the next is the caller's business. Throws InvalidEventSequence when the stream does not begin with StockReceived.
 */
export function stockView(view: StockView | undefined, event: StoredInventoryEvent): StockView {
  if (!view && event.eventType !== 'StockReceived') throw new InvalidEventSequence(event.eventType, 'none');
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
