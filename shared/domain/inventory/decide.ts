import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { InventoryEvent } from './events.ts';
import { available, findReservation, type InventoryState } from './evolve.ts';

/** `sku` is the aggregate's id; events carry it so that consumers need not take a stream's name apart. */
export type InventoryCommand =
  | { type: 'receive'; sku: string; quantity: number }
  | { type: 'reserve'; sku: string; orderId: string; quantity: number }
  | { type: 'release'; sku: string; orderId: string };

type CommandOf<Type extends InventoryCommand['type']> = Extract<InventoryCommand, { type: Type }>;

/** Rule → what a person reads. Clients know the rules by name: never rename one. */
export const inventoryRules = {
  quantity_not_positive: 'A quantity is a whole number, at least 1.',
  stock_too_large: 'The stock of one SKU is at most 1,000,000,000,000.',
} as const;

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
  if (!isCount(quantity)) throw broken('quantity_not_positive');
  if (state.onHand + quantity > MAX_ON_HAND) throw broken('stock_too_large');
  return [{ eventType: 'StockReceived', data: { sku, quantity } }];
}

function reserve({ sku, orderId, quantity }: CommandOf<'reserve'>, state: InventoryState): InventoryEvent[] {
  if (!isCount(quantity)) throw broken('quantity_not_positive');
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

const broken = (rule: keyof typeof inventoryRules): CommandRejected =>
  new CommandRejected(rule, inventoryRules[rule]);
