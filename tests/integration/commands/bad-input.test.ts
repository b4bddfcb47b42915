import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { valid as requests } from '#tests/contract/valid-requests.ts';
import {
  type CommandName,
  type Commands,
  commandNames,
  functionName,
  item,
  order,
  startCommands,
} from '#tests/support/commands.ts';
import type { Sent } from '#tests/support/http-event.ts';

let commands: Commands;
let before: number;
beforeAll(async () => {
  commands = await startCommands();
  before = await commands.eventCount();
});
afterAll(async () => {
  // Of everything below, nothing has written.
  expect(await commands.eventCount()).toBe(before);
  commands.data.stop();
});

const scope = 'orders:manage payments:write inventory:write catalogue:manage';

const names = commandNames;
const valid = (name: CommandName): Sent => requests[functionName(name)] ?? {};

const run = (name: CommandName, changes: Sent) => commands.run(name, { scope, ...valid(name), ...changes });
const placing = (changes: object) => run('placeOrder', { body: { ...order, ...changes } });
const pathsOf = (answer: { body: { errors: { path: string }[] } }) =>
  answer.body.errors.map(({ path }) => path);

describe.each(names)('%s', (name) => {
  test.each(['{', '{"a":}', 'undefined', '{"a":1} x', '['.repeat(50_000)])(
    'takes no malformed JSON: 400 (%#)',
    async (body) => {
      expect(await run(name, { body })).toMatchObject({
        status: 400,
        headers: { 'content-type': 'application/problem+json' },
        body: { status: 400, title: 'Malformed JSON', correlationId: 'request-1' },
      });
    },
  );

  test.each(['null', '0', 'false', '""', '[]', '"x"'])('takes no body that is %s: 422', async (body) => {
    expect(await run(name, { body })).toMatchObject({ status: 422 });
  });

  test('takes no field that it does not know', async () => {
    const body = { ...(valid(name).body as object), isAdmin: true, constructor: 1 };
    const answer = await run(name, { body });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual(
      expect.arrayContaining([
        { path: 'isAdmin', message: 'is not a known field' },
        { path: 'constructor', message: 'is not a known field' },
      ]),
    );
  });

  test('takes no __proto__ and no query parameter', async () => {
    expect(await run(name, { body: '{"__proto__":{"isAdmin":true}}' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '__proto__' }] },
    });
    expect(await run(name, { query: { dryRun: 'true' } })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'dryRun', message: 'is not a known field' }] },
    });
  });

  test('takes nothing but JSON: 415', async () => {
    expect(await run(name, { headers: { 'Content-Type': 'text/plain' } })).toMatchObject({ status: 415 });
  });

  test('takes 128 KiB and no byte more: 413', async () => {
    const json = JSON.stringify(valid(name).body);
    const filled = (bytes: number) => json + ' '.repeat(bytes - json.length);
    expect((await run(name, { body: filled(128 * 1024 + 1) })).status).toBe(413);
    expect((await run(name, { body: filled(128 * 1024 + 1), base64: true })).status).toBe(413);
    expect((await run(name, { body: filled(128 * 1024), query: { x: '1' } })).status).toBe(422);
  });

  test('takes nobody without a token: 401', async () => {
    expect(await run(name, { anonymous: true })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  test('takes no Idempotency-Key that is empty, too long or not printable: 422', async () => {
    for (const key of ['', ' ', 'x'.repeat(256), 'a\tb', 'ключ']) {
      const answer = await run(name, { headers: { 'Idempotency-Key': key } });
      expect({ key, status: answer.status }).toEqual({ key, status: 422 });
      expect(pathsOf(answer)).toEqual(['idempotency-key']);
    }
  });
});

test.each([
  ['shipOrder', 'orderId'],
  ['deliverOrder', 'orderId'],
  ['cancelOrder', 'orderId'],
  ['refundPayment', 'paymentId'],
  ['resolvePaymentReport', 'paymentId'],
  ['changeCustomer', 'customerId'],
] as const)('%s under a malformed id is a 404: nothing can be named so', async (name, parameter) => {
  for (const id of ['x y', '', '../orders', '%', '%00', 'é', 'x'.repeat(2_000)]) {
    const answer = await run(name, { params: { [parameter]: id } });
    expect({ id, status: answer.status }).toEqual({ id, status: 404 });
  }
});

test.each([
  'shipOrder',
  'deliverOrder',
  'cancelOrder',
  'refundPayment',
  'resolvePaymentReport',
  'changeCustomer',
] as const)('%s on what there is not is a 404 with the rule', async (name) => {
  const answer = await run(name, name === 'changeCustomer' ? { params: { customerId: 'nobody' } } : {});
  expect(answer).toMatchObject({ status: 404, body: { rule: expect.stringMatching(/_not_found$/) } });
});

describe('an order', () => {
  test('that is wrong in every way hears of all of it at once', async () => {
    const answer = await run('placeOrder', {
      headers: { 'Idempotency-Key': '', 'If-Match': 'x' },
      query: { a: '1' },
      body: {
        customerId: 'a b',
        items: [{ sku: '-', name: ' ', quantity: 0, unitPrice: 0.001, colour: 'red' }, 7],
        shippingAddress: { line1: 'x'.repeat(201), city: 1, country: 'XX' },
        coupon: 'FREE',
      },
    });
    expect(answer.status).toBe(422);
    expect(pathsOf(answer).sort()).toEqual(
      [
        'a',
        'coupon',
        'customerId',
        'idempotency-key',
        'if-match',
        'items[0].colour',
        'items[0].name',
        'items[0].quantity',
        'items[0].sku',
        'items[0].unitPrice',
        'items[1]',
        'shippingAddress.city',
        'shippingAddress.country',
        'shippingAddress.line1',
        'shippingAddress.postalCode',
      ].sort(),
    );
  });

  test.each([
    ['quantity', [0, -1, 1.5, 10_001, '1', null, Number.MAX_SAFE_INTEGER]],
    ['unitPrice', [-0.01, 999_999_999.991, 1e9, 0.001, 1e-7, 19.999, '19.99', null, 1e21]],
    ['sku', ['', ' A', '-A', 'A/B', 'A'.repeat(65), 7, null]],
    // The catalogue names it.
    ['name', ['Laptop', '', 7, null]],
  ] as const)('has no item whose %s is out of bounds', async (field, values) => {
    for (const value of values) {
      const answer = await placing({ items: [{ ...item, [field]: value }] });
      expect({ value, status: answer.status }).toEqual({ value, status: 422 });
      expect(new Set(pathsOf(answer))).toEqual(new Set([`items[0].${field}`]));
    }
  });

  test('has no number that is none: 1e400 is infinite to JSON.parse', async () => {
    const body = JSON.stringify({ ...order, items: [{ ...item, quantity: 'huge', unitPrice: 'huge' }] });
    const answer = await run('placeOrder', { body: body.replaceAll('"huge"', '1e400') });
    expect(answer.status).toBe(422);
    expect(new Set(pathsOf(answer))).toEqual(new Set(['items[0].quantity', 'items[0].unitPrice']));
  });

  test('has 1 to 100 items, and one error for a list that is far too long', async () => {
    expect(pathsOf(await placing({ items: [] }))).toEqual(['items']);
    expect(pathsOf(await placing({ items: Array.from({ length: 101 }, () => item) }))).toEqual(['items']);
    expect(pathsOf(await placing({ items: Array.from({ length: 60_000 }, () => 0) }))).toEqual(['items']);
    expect(pathsOf(await placing({ items: { length: 1, 0: item } }))).toEqual(['items']);
  });

  test.each(['us', 'USA', 'XX', 'ZZ', 'EU', 'UK', '', 1, null])('goes to no country %p', async (country) => {
    const shippingAddress = { ...order.shippingAddress, country };
    expect(pathsOf(await placing({ shippingAddress }))).toEqual(['shippingAddress.country']);
  });

  test('with a thousand unknown fields has an answer that Lambda can still send', async () => {
    const stray = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`f${index}`, 0]));
    const answer = await placing(stray);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toHaveLength(1_001);
  });
});

test.each(['ada', 'ada@', '@example.com', 'ada@example', `${'x'.repeat(250)}@example.com`, '', 1, null])(
  'a customer has no email %p',
  async (email) => {
    expect(pathsOf(await run('registerCustomer', { body: { name: 'Ada', email } }))[0]).toBe('email');
  },
);

test.each([
  [{ amount: -1 }, 'amount'],
  [{ amount: '1' }, 'amount'],
  [{ amount: 1e12 }, 'amount'],
  [{ outcome: 'pending' }, 'outcome'],
  [{ reference: ' ' }, 'reference'],
  [{ orderId: 'x' }, 'orderId'],
  [{ reason: 'x' }, 'reason'],
  [{ outcome: 'declined', reason: 'x'.repeat(501) }, 'reason'],
])('a payment with %j is a 422', async (changes, path) => {
  const answer = await run('recordPayment', {
    body: { ...(valid('recordPayment').body as object), ...changes },
  });
  expect(answer.status).toBe(422);
  expect(pathsOf(answer)).toEqual([path]);
});
