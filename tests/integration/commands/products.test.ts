import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Commands, startCommands, uniqueKey } from '#tests/support/commands.ts';

const manager = { sub: 'max', scope: 'catalogue:manage' };
const tea = { name: 'Green tea', price: 12.5 };

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

const list = (sku: string, body: object = tea, headers = {}) =>
  commands.run('listProduct', { params: { sku }, body, headers, ...manager });
const withdraw = (sku: string, headers = {}) =>
  commands.run('withdrawProduct', { params: { sku }, body: {}, headers, ...manager });

describe('PUT /products/{sku}', () => {
  test('lists a product; the same again changes nothing, another price does', async () => {
    const sku = uniqueKey();
    expect(await list(sku)).toMatchObject({
      status: 200,
      headers: { etag: '"1"' },
      body: { sku, version: 1, status: 'listed' },
    });
    expect(await list(sku, { ...tea, tracked: true, backorder: false })).toMatchObject({
      body: { version: 1 },
    });
    expect(await list(sku, { ...tea, price: 13 })).toMatchObject({ body: { version: 2 } });
  });

  test('answers a repeat under one Idempotency-Key as the first time, whatever has happened since', async () => {
    const sku = uniqueKey();
    const headers = { 'idempotency-key': uniqueKey() };
    const first = await list(sku, tea, headers);
    await list(sku, { ...tea, price: 13 });
    expect(await list(sku, tea, headers)).toEqual(first);
    expect(await list(sku, { ...tea, price: 14 }, headers)).toMatchObject({ status: 422 });
  });

  test('heeds If-Match', async () => {
    const sku = uniqueKey();
    await list(sku);
    expect(await list(sku, { ...tea, price: 13 }, { 'if-match': '"2"' })).toMatchObject({ status: 412 });
    expect(await list(sku, { ...tea, price: 13 }, { 'if-match': '"1"' })).toMatchObject({ status: 200 });
  });

  test('with If-Match: * changes what is there, and lists nothing new', async () => {
    const sku = uniqueKey();
    expect(await list(sku, tea, { 'if-match': '*' })).toMatchObject({
      status: 412,
      body: { type: 'urn:orderstream:problem:version-mismatch' },
    });
    expect(await list(sku)).toMatchObject({ status: 200, body: { version: 1 } });
    expect(await list(sku, { ...tea, price: 13 }, { 'if-match': '*' })).toMatchObject({ status: 200 });
  });

  test.each([
    ['price', { ...tea, price: 12.505 }],
    ['price', { ...tea, price: -1 }],
    ['price', { ...tea, price: 1_000_000_000 }],
    ['name', { ...tea, name: ' ' }],
    ['tracked', { ...tea, tracked: 'yes' }],
    ['sku', { ...tea, sku: 'TEA' }],
  ])('with a wrong %s is a 422', async (path, body) => {
    expect(await list(uniqueKey(), body)).toMatchObject({ status: 422, body: { errors: [{ path }] } });
  });

  test('of a SKU that can be none is a 422 as well', async () => {
    expect(await list('no/such sku')).toMatchObject({ status: 422, body: { errors: [{ path: 'sku' }] } });
  });

  test('needs catalogue:manage', async () => {
    const sent = { params: { sku: 'TEA' }, body: tea, sub: 'max', scope: 'orders:manage inventory:write' };
    expect(await commands.run('listProduct', sent)).toMatchObject({ status: 403 });
  });
});

describe('POST /products/{sku}/withdraw', () => {
  test('withdraws a product; again changes nothing; listing brings it back', async () => {
    const sku = uniqueKey();
    await list(sku);
    expect(await withdraw(sku, { 'if-match': '"9"' })).toMatchObject({ status: 412 });
    expect(await withdraw(sku)).toMatchObject({ status: 200, body: { version: 2, status: 'withdrawn' } });
    expect(await withdraw(sku)).toMatchObject({ status: 200, body: { version: 2, status: 'withdrawn' } });
    expect(await list(sku)).toMatchObject({ status: 200, body: { version: 3, status: 'listed' } });
  });

  test('of an unknown product is a 404', async () => {
    expect(await withdraw(uniqueKey())).toMatchObject({ status: 404, body: { rule: 'product_not_found' } });
  });

  test('needs catalogue:manage', async () => {
    const sent = { params: { sku: 'TEA' }, body: {}, sub: 'max', scope: 'orders:manage' };
    expect(await commands.run('withdrawProduct', sent)).toMatchObject({ status: 403 });
  });
});
