import type { CustomerView } from '#domain/customer.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { keyInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { readView } from '#kit/projections/read-view.ts';
import { customerKey } from './keys.ts';

/** The customer as far as the view has got. AWS calls: one consistent get, and the live generation (`liveGeneration`). */
export const readCustomer = (runtime: Runtime, customerId: string): Promise<CustomerView | undefined> =>
  readView<CustomerView>(runtime, 'order-view', customerKey(customerId));

/**
 * The names of customers by their ids, at most 100; who is not registered (yet) is not in it.
 * AWS calls: one batch get, none for no ids.
 */
export async function readCustomerNames(
  runtime: Runtime,
  customerIds: Iterable<string>,
): Promise<Map<string, string>> {
  const ids = [...new Set(customerIds)];
  if (ids.length === 0) return new Map();
  const generation = await liveGeneration(runtime, 'order-view');
  const keys = ids.map((id) => keyInGeneration(generation, customerKey(id)));
  const items = await batchGet(runtime, 'READ_MODEL_TABLE', keys);
  return new Map(
    items.map((item) => withoutStorageKeys<CustomerView>(item)).map((one) => [one.customerId, one.name]),
  );
}
