import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { inventoryAggregate, reservationOf } from '#domain/inventory.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { quantitiesBySku } from '#domain/order/quantities.ts';
import {
  type Asking,
  commandTo,
  issue,
  issueAll,
  type Policy,
  recall,
  remember,
  stateOf,
  warn,
} from '#kit/events/policy.ts';

/** Keeps an order's stock: reserves it when the order is placed, gives it back when the order is cancelled. */
export const inventory: Policy<DomainEvent> = {
  consumer: 'inventory',
  on: {
    /**
     * Reserves what the order asks for, and cancels an order that cannot have all of it. Its cancellation gives back what
     * was taken.
     */
    *OrderCreated(created) {
      const anyRejected = yield* reserve(created);
      // The cancellation may have come first, and found nothing to give back. Read after the reservation: a
      // cancellation that is not in the stream yet has its message still ahead of it.
      const order = yield* stateOf(orderAggregate, created.aggregateId);
      if (order.status === 'cancelled') return releaseAll(created);
      if (anyRejected) {
        yield* cancel(created.aggregateId);
        return [];
      }
      const isHeld = order.status !== 'none' && order.holds.includes('stock');
      return isHeld ? [releaseHold(created.aggregateId)] : [];
    },

    /** A SKU of which the order holds nothing (yet) is left as it is. */
    OrderCancelled: releaseAll,
  },
};

/**
 * True where the order cannot have one of its SKUs. A stream remembers the order that it was asked for. A SKU that was
 * never received has no stream: if it is received between two deliveries, the second would take stock for an order that
 * was promised its goods already, or even cancel it. So that is remembered beside the streams.
 */
function* reserve({ aggregateId: orderId, data }: DomainEventOf<'OrderCreated'>): Asking<boolean> {
  const untracked = yield* recall<string[]>();
  const wanted = quantitiesBySku(data.items).filter(({ sku }) => !untracked?.includes(sku));
  const outcomes = yield* issueAll(
    wanted.map(({ sku, quantity }) =>
      commandTo(inventoryAggregate, sku, { type: 'reserve', sku, orderId, quantity }),
    ),
  );
  const found = wanted.filter((_, index) => outcomes[index]?.state?.tracked === false).map(({ sku }) => sku);
  if (found.length > 0) yield* remember(found);
  return outcomes.some(({ state }) => state && reservationOf(state, orderId) === 'rejected');
}

function* cancel(orderId: string): Asking<void> {
  const { rejected } = yield* issue(
    commandTo(
      orderAggregate,
      orderId,
      { type: 'cancel', reason: 'out_of_stock' },
      { tolerates: ['order_already_cancelled', 'order_already_shipped', 'order_already_delivered'] },
    ),
  );
  // The goods have left: what the books lack is for people to put right.
  if (rejected !== undefined && rejected !== 'order_already_cancelled') {
    yield* warn('shipped without stock', { rule: rejected });
  }
}

const releaseHold = (orderId: string) =>
  commandTo(orderAggregate, orderId, { type: 'releaseHold', hold: 'stock', by: 'consumer:inventory' });

function releaseAll({ aggregateId: orderId, data }: DomainEventOf<'OrderCreated' | 'OrderCancelled'>) {
  return quantitiesBySku(data.items).map(({ sku }) =>
    commandTo(inventoryAggregate, sku, { type: 'release', sku, orderId }),
  );
}
