import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as stockHandler } from '#functions/queries/get-stock/handler.ts';
import { stockKey } from '#read-model/keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { iso, manager, NOW } from './asking.ts';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const put = (Item: Record<string, unknown>) =>
  data.dynamo.send(new PutCommand({ TableName: data.runtime().setting('READ_MODEL_TABLE'), Item }));

describe('GET /inventory/{sku}', () => {
  const get = (sku: string, caller: object = manager) =>
    httpGet(stockHandler(data.runtime()), { operation: 'get-stock', params: { sku }, ...caller });

  test('answers with what is there, reserved, available and backordered', async () => {
    const view = { sku: 'MUG', onHand: 10, reserved: 4, backordered: 2, updatedAt: iso(NOW), version: 3 };
    await put({ ...stockKey('MUG'), ...view });
    expect(await get('MUG')).toMatchObject({ status: 200, headers: { etag: '"3"' } });
    expect((await get('MUG')).body).toEqual({ ...view, available: 6 });
  });

  test('has no backorder where the view is from before there were any', async () => {
    await put({ ...stockKey('MUG'), sku: 'MUG', onHand: 10, reserved: 4, updatedAt: iso(NOW), version: 3 });
    expect((await get('MUG')).body).toMatchObject({ available: 6, backordered: 0 });
  });

  test('a SKU that was never received, or is none, is not found; the scope is needed', async () => {
    expect(await get('PEN')).toMatchObject({ status: 404 });
    expect(await get('no sku')).toMatchObject({ status: 404 });
    expect(await get('MUG', { scope: 'inventory:write' })).toMatchObject({ status: 403 });
  });
});
