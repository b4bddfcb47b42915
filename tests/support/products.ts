import { randomUUID } from 'node:crypto';
import { toMinor } from '#domain/money.ts';
import { type Product, productAggregate } from '#domain/product.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';

/** Lists a product for each of these items, at its price, so that it can be ordered. */
export async function listProducts(
  runtime: Runtime,
  items: readonly { sku: string; unitPrice: number }[],
  changes: Partial<Product> = {},
): Promise<void> {
  const currency = 'USD';
  for (const { sku, unitPrice } of items) {
    const price = toMinor(unitPrice, currency);
    const product = { name: nameOf(sku), price, currency, tracked: true, backorder: false, ...changes };
    await handleCommand(runtime, productAggregate, {
      aggregateId: sku,
      command: { type: 'list', sku, ...product },
      metadata: { userId: 'test', correlationId: 'c', causationId: 'e', commandId: randomUUID() },
    });
  }
}

/** What `listProducts` calls it. */
export const nameOf = (sku: string): string => `Product ${sku}`;
