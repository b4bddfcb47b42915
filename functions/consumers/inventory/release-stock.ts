import type { Runtime } from '../../../shared/config/runtime.ts';
import type { DomainEventOf } from '../../../shared/domain/events.ts';
import { inventoryAggregate } from '../../../shared/domain/inventory/inventory.ts';
import { handleCommand } from '../../../shared/event-store/handle-command.ts';
import { consumerCommand } from '../../../shared/messaging/consumer-command.ts';
import { allEnded, type InTurn } from '../../../shared/messaging/in-turn.ts';

/**
 * Gives back whatever the cancelled order holds; a SKU of which it holds nothing (yet) is left as it is. May be
 * called by whoever learns of the cancellation, as often as they like: the commands are the same.
 */
export async function releaseStock(
  runtime: Runtime,
  inTurn: InTurn,
  cancelled: DomainEventOf<'OrderCancelled'>,
): Promise<void> {
  const orderId = cancelled.aggregateId;
  await allEnded(
    cancelled.data.items.map(({ sku }) =>
      inTurn(sku, () =>
        handleCommand(runtime, inventoryAggregate, {
          aggregateId: sku,
          command: { type: 'release', sku, orderId },
          metadata: consumerCommand(runtime, cancelled),
        }),
      ),
    ),
  );
}
