import type { DomainEventOf } from '#domain/index.ts';
import { inventoryAggregate } from '#domain/inventory.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { issueCommand } from '#kit/messaging/consumer-command.ts';
import { allSettledOrThrow, type WithLock } from '#kit/messaging/keyed-mutex.ts';

/**
 * Gives back whatever the cancelled order holds; a SKU of which it holds nothing (yet) is left as it is. May be
 * called by whoever learns of the cancellation, as often as they like: the commands are the same.
 */
export async function releaseStock(
  runtime: Runtime,
  withLock: WithLock,
  cancelled: DomainEventOf<'OrderCancelled'>,
): Promise<void> {
  const orderId = cancelled.aggregateId;
  await allSettledOrThrow(
    cancelled.data.items.map(({ sku }) =>
      withLock(sku, () =>
        issueCommand(runtime, inventoryAggregate, cancelled, {
          aggregateId: sku,
          command: { type: 'release', sku, orderId },
        }),
      ),
    ),
  );
}
