import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Commands, startCommands, uniqueKey } from '#tests/support/commands.ts';

const person = { name: 'Ada Lovelace', email: 'ada@example.com' };
const manager = { sub: 'max', scope: 'orders:manage' };

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

describe('POST /customers', () => {
  test("registers the caller by the token's sub, once", async () => {
    const sub = uniqueKey();
    expect(await commands.run('registerCustomer', { sub, body: person })).toMatchObject({
      status: 201,
      body: { customerId: sub, version: 1 },
    });
    expect(await commands.run('registerCustomer', { sub, body: person })).toMatchObject({
      status: 409,
      body: { rule: 'customer_already_registered' },
    });
  });

  test('registers another with orders:manage, and is a 403 without', async () => {
    const body = { ...person, customerId: uniqueKey() };
    expect(await commands.run('registerCustomer', { sub: 'eve', body })).toMatchObject({ status: 403 });
    expect(await commands.run('registerCustomer', { ...manager, body })).toMatchObject({
      status: 201,
      body: { customerId: body.customerId },
    });
  });

  test('a sub that can be no customer id is a 422, no 500', async () => {
    const before = await commands.eventCount();
    expect(await commands.run('registerCustomer', { sub: 'Ada Lovelace', body: person })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'customerId', message: expect.stringContaining('is required') }] },
    });
    expect(await commands.eventCount()).toBe(before);
  });
});

describe('PATCH /customers/{customerId}', () => {
  test('renames; the same name again changes nothing; a stale If-Match is a 412', async () => {
    const sub = `auth0|${uniqueKey()}`;
    await commands.run('registerCustomer', { sub, body: person });
    const rename = (name: string, headers = {}) =>
      commands.run('changeCustomer', {
        sub,
        params: { customerId: encodeURIComponent(sub) },
        body: { name },
        headers,
      });
    expect(await rename('Ada King')).toMatchObject({
      status: 200,
      body: { customerId: sub, version: 2 },
      headers: { etag: '"2"' },
    });
    expect(await rename('Ada King')).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await rename('Ada', { 'if-match': '"1"' })).toMatchObject({ status: 412 });
  });

  test('changes the email, alone or with the name; both under one Idempotency-Key once', async () => {
    const sub = uniqueKey();
    await commands.run('registerCustomer', { sub, body: person });
    const change = (body: object, headers = {}) =>
      commands.run('changeCustomer', { sub, params: { customerId: sub }, body, headers });
    expect(await change({ email: 'ada@king.example' })).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await change({ email: 'ada@king.example' })).toMatchObject({ status: 200, body: { version: 2 } });
    const headers = { 'idempotency-key': uniqueKey() };
    const both = { name: 'Ada King', email: 'ada@byron.example' };
    const answer = await change(both, headers);
    expect(answer).toMatchObject({ status: 200, body: { version: 4 } });
    expect(await change(both, headers)).toEqual(answer);
    expect(await change({ ...both, name: 'Ada Byron' }, headers)).toMatchObject({ status: 422 });
  });

  test.each([{}, { email: 'nowhere' }, { name: '' }])('to %p is a 422', async (body) => {
    const before = await commands.eventCount();
    const sent = { sub: 'ada', params: { customerId: 'ada' }, body };
    expect(await commands.run('changeCustomer', sent)).toMatchObject({ status: 422 });
    expect(await commands.eventCount()).toBe(before);
  });

  test("another's is a 404, as an unknown one is; orders:manage may", async () => {
    const sub = uniqueKey();
    await commands.run('registerCustomer', { sub, body: person });
    const sent = { params: { customerId: sub }, body: { name: 'Eve' } };
    const stranger = await commands.run('changeCustomer', { ...sent, sub: 'eve' });
    const unknown = await commands.run('changeCustomer', {
      ...sent,
      params: { customerId: 'nobody' },
      sub: 'eve',
    });
    expect(stranger).toEqual(unknown);
    expect(stranger).toMatchObject({ status: 404, body: { rule: 'customer_not_found' } });
    expect(await commands.run('changeCustomer', { ...sent, ...manager })).toMatchObject({ status: 200 });
  });
});

describe('POST /inventory/{sku}/receive', () => {
  const warehouse = { sub: 'warehouse', scope: 'inventory:write' };
  const receive = (sku: string, quantity: unknown, headers = {}) =>
    commands.run('receiveStock', { params: { sku }, body: { quantity }, headers, ...warehouse });

  test('adds to what is on hand; under one Idempotency-Key once', async () => {
    const sku = uniqueKey();
    expect(await receive(sku, 5)).toMatchObject({
      status: 200,
      body: { sku, version: 1, onHand: 5, reserved: 0 },
    });
    const headers = { 'idempotency-key': uniqueKey() };
    const second = await receive(sku, 7, headers);
    expect(second).toMatchObject({ body: { version: 2, onHand: 12 } });
    await receive(sku, 1);
    expect(await receive(sku, 7, headers)).toEqual(second);
  });

  test('of a SKU that was never received is a 412 for who has seen a version of it', async () => {
    const sku = uniqueKey();
    for (const match of ['"3"', '*']) {
      expect(await receive(sku, 5, { 'if-match': match })).toMatchObject({ status: 412 });
    }
    expect(await receive(sku, 5)).toMatchObject({ status: 200, body: { version: 1 } });
  });

  test.each([0, -1, 1.5, 1_000_001, '5', null])('of %p is a 422', async (quantity) => {
    expect(await receive(uniqueKey(), quantity)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'quantity' }] },
    });
  });

  test('of a SKU that can be none is a 422 together with what else is wrong', async () => {
    const answer = await receive('no/such sku', 0);
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(['sku', 'quantity']);
  });
});
