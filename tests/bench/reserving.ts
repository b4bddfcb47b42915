import { combine } from '#domain/inventory/combine.ts';
import { type InventoryCommand, inventoryAggregate } from '#domain/inventory/decisions.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { handleTogether } from '#kit/event-store/handle-together.ts';

/** Of every call the same: a process remembers states by it. */
const aggregate = { ...inventoryAggregate, combine };

export const reserve = (sku: string, orderId: string): InventoryCommand => ({
  type: 'reserve',
  sku,
  orderId,
  quantity: 1,
  backorder: false,
});

/** As the consumer inventory handles a batch to one SKU. Throws what a command failed with. */
export async function decideTogether(
  runtime: Runtime,
  sku: string,
  commands: readonly InventoryCommand[],
): Promise<void> {
  const requests = commands.map((command) => {
    const commandId = runtime.newId();
    const metadata = { userId: 'bench', correlationId: commandId, causationId: 'bench', commandId };
    return { command, metadata };
  });
  const outcomes = await handleTogether(runtime, aggregate, sku, requests);
  const failed = outcomes.find(({ error }) => error !== undefined);
  if (failed) throw failed.error;
}
