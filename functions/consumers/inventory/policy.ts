import type { DomainEvent } from '#domain/index.ts';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import { standingOf } from '#domain/inventory/state.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { quantitiesBySku, type SkuQuantity } from '#domain/order/quantities.ts';
import type { OrderState } from '#domain/order/state.ts';
import {
  type Asking,
  commandTo,
  issue,
  issueAll,
  type Policy,
  type PolicyCommand,
  stateOf,
} from '#kit/events/policy.ts';

/**
 * Keeps an order's stock: reserves it when the order is placed, gives it back when the order is cancelled, takes it out of
 * the books when the order is shipped. The stock of a SKU remembers open reservations only, so the order tells whether it
 * still asks for any.
 */
export const inventory: Policy<DomainEvent> = {
  consumer: 'inventory',
  on: {
    /** Reserves what the order asks for; the order goes on when it has all of it, and is cancelled where it cannot have it. */
    *OrderCreated({ aggregateId: orderId, data }) {
      const wanted = trackedIn(data.items);
      if (wanted.length === 0) return [];
      const outcomes = yield* issueAll(wanted.map((item) => reserve(orderId, item)));
      const standings = outcomes.map(({ state }) => (state ? standingOf(state, orderId) : 'none'));
      const hasAll = standings.every((standing) => standing === 'reserved');
      // Known after the reservation: a cancellation that is not in the stream yet has its message still ahead of it.
      const order = hasAll
        ? (yield* issue(releaseHold(orderId))).state
        : yield* stateOf(orderAggregate, orderId);
      if (order?.status === 'cancelled') return releaseAll(orderId, wanted);
      if (hasAll || !order || !waitsForStock(order)) return [];
      if (standings.includes('none')) return [cancel(orderId)];
      const waiting = wanted.filter((_, index) => standings[index] === 'waiting');
      return (yield* hasReserved(orderId, waiting)) ? [releaseHold(orderId)] : [];
    },

    /** A SKU of which the order holds nothing (yet) is left as it is. */
    OrderCancelled: ({ aggregateId: orderId, data }) => releaseAll(orderId, data.items),

    *OrderShipped({ aggregateId: orderId }) {
      const order = yield* stateOf(orderAggregate, orderId);
      return order.status === 'none' ? [] : trackedIn(order.items).map(({ sku }) => take(orderId, sku));
    },

    /** Releases the orders that now have everything. */
    *BackorderFilled({ aggregateId: filled, data: { orders } }) {
      const complete: PolicyCommand[] = [];
      for (const { orderId } of orders) {
        const order = yield* stateOf(orderAggregate, orderId);
        if (order.status === 'none' || !waitsForStock(order)) continue;
        const others = trackedIn(order.items).filter(({ sku }) => sku !== filled);
        if (yield* hasReserved(orderId, others)) complete.push(releaseHold(orderId));
      }
      return complete;
    },
  },
};

interface Wanted extends SkuQuantity {
  backorder: boolean;
}

type Item = SkuQuantity & { tracked: boolean; backorder: boolean };

/** What inventory has to do with: one entry a SKU. It waits for stock where each of its lines may. */
function trackedIn(items: readonly Item[]): Wanted[] {
  const tracked = items.filter((item) => item.tracked);
  return quantitiesBySku(tracked).map(({ sku, quantity }) => ({
    sku,
    quantity,
    backorder: tracked.every((item) => item.sku !== sku || item.backorder),
  }));
}

export const waitsForStock = (order: OrderState): boolean =>
  (order.status === 'pending' || order.status === 'paid') && order.holds.includes('stock');

/** Only while the order waits for its stock: a late repeat must not take stock for an order that has left or is dead. */
const reserve = (orderId: string, { sku, quantity, backorder }: Wanted) =>
  commandTo(
    inventoryAggregate,
    sku,
    { type: 'reserve', sku, orderId, quantity, backorder },
    { onlyIf: { aggregate: orderAggregate, aggregateId: orderId, holds: waitsForStock } },
  );

const take = (orderId: string, sku: string) =>
  commandTo(inventoryAggregate, sku, { type: 'issue', sku, orderId });

const releaseAll = (orderId: string, items: readonly SkuQuantity[]) =>
  quantitiesBySku(items).map(({ sku }) =>
    commandTo(inventoryAggregate, sku, { type: 'release', sku, orderId }),
  );

const releaseHold = (orderId: string) =>
  commandTo(orderAggregate, orderId, { type: 'releaseHold', hold: 'stock', by: 'consumer:inventory' });

/** Read now: what waited at its turn may have been filled meanwhile. */
function* hasReserved(orderId: string, items: readonly SkuQuantity[]): Asking<boolean> {
  for (const { sku } of items) {
    const state = yield* stateOf(inventoryAggregate, sku);
    if (standingOf(state, orderId) !== 'reserved') return false;
  }
  return true;
}

/** Another delivery of the order's message may have come later and found stock: then the order has gone on with it. */
const cancel = (orderId: string) =>
  commandTo(
    orderAggregate,
    orderId,
    { type: 'cancel', reason: 'out_of_stock' },
    { tolerates: ['order_already_cancelled', 'order_already_shipped', 'order_already_delivered'] },
  );
