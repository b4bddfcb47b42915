import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as catalogueView } from '#functions/projections/catalogue-view/handler.ts';
import { createHandler as getProduct } from '#functions/queries/get-product/handler.ts';
import { createHandler as listProducts } from '#functions/queries/list-products/handler.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send } from '#tests/support/http-send.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';
const SKUS = ['B-2', 'a-1', 'C-3', 'A-1', 'D-4', 'E-5', 'F-6'];
const WITHDRAWN = ['C-3', 'F-6'];

let data: Data;
beforeAll(async () => {
  data = await startData();
  const events = SKUS.flatMap((sku, index) =>
    streamAt(AT, 'product', sku, [
      {
        eventType: 'ProductListed',
        data: { sku, name: `Thing ${sku}`, price: 1_250, currency: 'USD', tracked: true, backorder: false },
      },
      { eventType: 'ProductPriceChanged', data: { sku, price: 1_000 + index, currency: 'USD' } },
      ...(WITHDRAWN.includes(sku) ? [{ eventType: 'ProductWithdrawn' as const, data: { sku } }] : []),
    ]),
  );
  const handled = await catalogueView(data.runtime())(sqsEvent(events.toReversed()));
  expect(handled).toEqual({ batchItemFailures: [] });
});
afterAll(() => data.stop());

const caller = { sub: 'ada', scope: '' };
const list = (query: Record<string, string> = {}) =>
  send(listProducts(data.runtime()), { operation: 'list-products', query, ...caller });
const get = (sku: string) =>
  send(getProduct(data.runtime()), { operation: 'get-product', params: { sku }, ...caller });

async function pages(query: Record<string, string>): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const { body } = await list({ ...query, ...(cursor && { cursor }) });
    found.push(body.products.map(({ sku }: { sku: string }) => sku));
    cursor = body.cursor;
  } while (cursor);
  return found;
}

describe('GET /products/{sku}', () => {
  test('shows a product to any caller, its price in major units', async () => {
    expect(await get('A-1')).toMatchObject({
      status: 200,
      headers: { etag: '"2"' },
      body: {
        sku: 'A-1',
        name: 'Thing A-1',
        price: 10.03,
        currency: 'USD',
        tracked: true,
        backorder: false,
        status: 'listed',
        createdAt: AT,
        updatedAt: '2026-05-01T12:00:01.000Z',
        version: 2,
      },
    });
  });

  test('shows a withdrawn one as such; an unknown one is a 404', async () => {
    expect(await get('C-3')).toMatchObject({ status: 200, body: { status: 'withdrawn', version: 3 } });
    expect(await get('Z-9')).toMatchObject({ status: 404 });
  });
});

describe('GET /products', () => {
  test('lists every product by its SKU, page by page', async () => {
    expect(await pages({ limit: '3' })).toEqual([['A-1', 'B-2', 'C-3'], ['D-4', 'E-5', 'F-6'], ['a-1']]);
  });

  test('lists those of one status', async () => {
    expect(await pages({ limit: '2', status: 'listed' })).toEqual([['A-1', 'B-2'], ['D-4', 'E-5'], ['a-1']]);
    expect(await pages({ status: 'withdrawn' })).toEqual([WITHDRAWN]);
  });

  test('refuses a cursor of another list, and a status that there is not', async () => {
    const { cursor } = (await list({ limit: '1' })).body;
    expect(await list({ cursor, status: 'listed' })).toMatchObject({ status: 422 });
    expect(await list({ status: 'sold' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'status' }] },
    });
  });
});
