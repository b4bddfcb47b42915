import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { SALES_SHARDS, salesKey } from './keys.ts';

/** What an item of `salesKey` counts: orders, and money in minor units. */
export interface SalesCounters {
  orders: number;
  /** The totals of these orders. */
  ordered: number;
  cancelled: number;
  /** The totals of the cancelled ones. */
  cancelledAmount: number;
  shipped: number;
  captured: number;
  /** Given back or charged back, less what came back: below 0 on a day on which more came back. */
  refunded: number;
}

const noSales = (): SalesCounters => ({
  orders: 0,
  ordered: 0,
  cancelled: 0,
  cancelledAmount: 0,
  shipped: 0,
  captured: 0,
  refunded: 0,
});

/** The counters of each of these days, its shards summed up; zeros where nothing was sold. AWS calls: a batch get for each 25 days. */
export async function readSales(
  runtime: Runtime,
  days: readonly string[],
): Promise<Map<string, SalesCounters>> {
  const sums = new Map(days.map((day) => [day, noSales()]));
  const dayOfPartition = new Map<string, string>();
  const keys = [...sums.keys()].flatMap((day) =>
    Array.from({ length: SALES_SHARDS }, (_, shard) => {
      const key = salesKey(day, shard);
      dayOfPartition.set(key.pk, day);
      return key;
    }),
  );
  for (const { pk, ...counted } of await batchGet(runtime, 'READ_MODEL_TABLE', keys)) {
    const sum = sums.get(dayOfPartition.get(String(pk)) ?? '');
    if (!sum) continue;
    for (const name of Object.keys(sum) as (keyof SalesCounters)[]) sum[name] += Number(counted[name] ?? 0);
  }
  return sums;
}
