import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { ProductStatus, ProductView } from '#domain/product.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { keyInGeneration, partitionInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { readView } from '#kit/projections/read-view.ts';
import { LISTING_INDEX, productKey, productsPartition } from './keys.ts';

// A record, so that the compiler misses a status that is not here.
const statuses: Record<ProductStatus, true> = { listed: true, withdrawn: true };

/** Every status that a product view can have. */
export const PRODUCT_STATUSES = Object.keys(statuses) as ProductStatus[];

/** The product as far as the view has got. AWS calls: one consistent get, and the live generation (`liveGeneration`). */
export const readProduct = (runtime: Runtime, sku: string): Promise<ProductView | undefined> =>
  readView<ProductView>(runtime, 'catalogue-view', productKey(sku));

/**
 * The products of these SKUs, at most 100; one that the view does not know (yet) is not in it.
 * AWS calls: one consistent batch get, and the live generation (`liveGeneration`).
 */
export async function readProducts(
  runtime: Runtime,
  skus: Iterable<string>,
): Promise<Map<string, ProductView>> {
  const generation = await liveGeneration(runtime, 'catalogue-view');
  const keys = [...new Set(skus)].map((sku) => keyInGeneration(generation, productKey(sku)));
  const items = await batchGet(runtime, 'READ_MODEL_TABLE', keys, { consistent: true });
  return new Map(items.map((item) => withoutStorageKeys<ProductView>(item)).map((one) => [one.sku, one]));
}

export interface ProductsQuery {
  /** One or several: they are merged. */
  statuses: readonly ProductStatus[];
  limit: number;
  /** The `next` of the page before. */
  after?: string | undefined;
}

export interface ProductsPage {
  products: ProductView[];
  /** Where to go on; absent at the end. */
  next?: string;
}

/**
 * Products in the order of their SKUs. The index is eventually consistent; a product that changes its status while it
 * is read may be missing from that page, and never appears twice.
 * AWS calls: a query for each status, and the live generation (`liveGeneration`).
 */
export async function listProducts(
  runtime: Runtime,
  { statuses, limit, after = ' ' }: ProductsQuery,
): Promise<ProductsPage> {
  const generation = await liveGeneration(runtime, 'catalogue-view');
  const found = await Promise.all(
    statuses.map((status) => {
      const partition = partitionInGeneration(generation, productsPartition(status));
      return productsAfter(runtime, partition, after, limit + 1);
    }),
  );
  const bySku = new Map<string, ProductView>();
  for (const one of found.flat()) {
    const twin = bySku.get(one.sku);
    if (!twin || twin.version < one.version) bySku.set(one.sku, one);
  }
  const sorted = [...bySku.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1));
  const products = sorted.slice(0, limit);
  const next = sorted.length > limit ? products.at(-1)?.sku : undefined;
  return next === undefined ? { products } : { products, next };
}

/** A product is less than 2 KB, so a page of them fits one query. */
async function productsAfter(
  runtime: Runtime,
  partition: string,
  after: string,
  Limit: number,
): Promise<ProductView[]> {
  const { Items = [] } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      IndexName: LISTING_INDEX,
      KeyConditionExpression: 'listPk = :partition AND listSk > :after',
      ExpressionAttributeValues: { ':partition': partition, ':after': after },
      Limit,
    }),
  );
  return Items.map((item) => withoutStorageKeys<ProductView>(item));
}
