import * as z from 'zod';
import { toMajor } from '#domain/money.ts';
import type { ProductState, ProductStatus, ProductView } from '#domain/product.ts';
import type { CommandResult } from '#kit/event-store/decide-command.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import type { HttpResponse } from '#kit/http/response.ts';
import * as fields from './dto-fields.ts';

const productStatus = z
  .enum(['listed', 'withdrawn'] satisfies ProductStatus[])
  .meta({ id: 'ProductStatus', description: 'Only listed products can be ordered' });

/** What a command on a product answers. */
export const productChanged = z
  .object({ sku: fields.sku, version: fields.version, status: productStatus })
  .meta({ id: 'ProductChanged' });

/** A product as queries answer with it. */
export const product = z
  .object({
    sku: fields.sku,
    name: z.string(),
    price: fields.money,
    currency: fields.currency,
    tracked: z.boolean().meta({ description: 'Its stock is counted; else it is always available' }),
    backorder: z
      .boolean()
      .meta({ description: 'Without stock an order of it waits instead of being cancelled' }),
    status: productStatus,
    createdAt: fields.timestamp,
    updatedAt: fields.timestamp,
    version: fields.version,
  })
  .meta({ id: 'Product' });

export const exampleProduct = {
  sku: 'LAPTOP-14',
  name: 'Laptop 14"',
  price: 1299,
  currency: 'USD',
  tracked: true,
  backorder: false,
  status: 'listed',
  createdAt: '2026-11-23T09:00:00.000Z',
  updatedAt: '2026-11-23T09:00:00.000Z',
  version: 1,
};

/** What a command on a product answers. */
export const productResponse = ({
  aggregateId,
  version,
  state,
}: CommandResult<ProductState>): HttpResponse => ({
  status: 200,
  headers: { etag: etagOf(version) },
  body: { sku: aggregateId, version, status: state.status },
});

/** A product as the API shows it: its price in decimals. */
export const toProductDto = ({ sku, name, price, ...rest }: ProductView) => ({
  sku,
  name,
  price: toMajor(price, rest.currency),
  ...rest,
});
