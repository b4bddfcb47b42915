import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { inventoryAggregate, reservationOf } from '#domain/inventory.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { quantitiesBySku, type SkuQuantity } from '#domain/order/quantities.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { issueCommand } from '#kit/messaging/consumer-command.ts';
import { allSettledOrThrow, type WithLock } from '#kit/messaging/keyed-mutex.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { releaseStock } from './release-stock.ts';
import { noteUntracked, readUntracked } from './untracked.ts';

type OrderCreated = DomainEventOf<'OrderCreated'>;
type Outcome = 'reserved' | 'rejected' | 'none' | 'untracked';

/**
 * Reserves what the order asks for, and cancels an order that cannot have all of it. Its cancellation gives back
 * what was taken. Each step can be repeated, so that a failure between any two is mended by the next delivery.
 */
export async function reserveStock(
  runtime: Runtime,
  withLock: WithLock,
  created: OrderCreated,
): Promise<void> {
  const untracked = await readUntracked(runtime, created);
  const wanted = quantitiesBySku(created.data.items).filter(({ sku }) => !untracked.has(sku));
  const outcomes = await allSettledOrThrow(
    wanted.map((item) => withLock(item.sku, () => reserve(runtime, created, item))),
  );
  await noteUntracked(
    runtime,
    created,
    wanted.filter((_, index) => outcomes[index] === 'untracked').map(({ sku }) => sku),
  );

  // The cancellation may have come first, and found nothing to give back. Read after the reservation: a
  // cancellation that is not in the stream yet has its message still ahead of it.
  const history = await load<DomainEvent>(runtime, created.streamId);
  const cancelled = history.find((event) => event.eventType === 'OrderCancelled');
  if (cancelled) await releaseStock(runtime, withLock, cancelled);
  else if (outcomes.includes('rejected')) await cancelOrder(runtime, created);
}

async function reserve(
  runtime: Runtime,
  created: OrderCreated,
  { sku, quantity }: SkuQuantity,
): Promise<Outcome> {
  const orderId = created.aggregateId;
  const { state } = await issueCommand(runtime, inventoryAggregate, created, {
    aggregateId: sku,
    command: { type: 'reserve', sku, orderId, quantity },
  });
  return state.tracked ? reservationOf(state, orderId) : 'untracked';
}

async function cancelOrder(runtime: Runtime, created: OrderCreated): Promise<void> {
  try {
    await issueCommand(runtime, orderAggregate, created, {
      aggregateId: created.aggregateId,
      command: { type: 'cancel', reason: 'out_of_stock' },
    });
  } catch (error) {
    if (!(error instanceof CommandRejected)) throw error;
    switch (error.rule) {
      case 'order_already_cancelled':
        return;
      case 'order_already_shipped':
      case 'order_already_delivered':
        // The goods have left: what the books lack is for people to put right.
        runtime.logger.warn('shipped without stock', {
          ...logContextOf(created),
          rule: error.rule,
        });
        return;
      default:
        throw error;
    }
  }
}
