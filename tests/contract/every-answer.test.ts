import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CustomerCommand, customerAggregate } from '#domain/customer.ts';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { item, order } from '#tests/support/commands.ts';
import { eventually } from '#tests/support/eventually.ts';
import type { Sent } from '#tests/support/http-event.ts';
import { send } from '#tests/support/http-send.ts';
import { openApi, operations, resolved } from '#tests/support/openapi.ts';
import { listProducts } from '#tests/support/products.ts';
import { type System, startSystem } from '#tests/support/system.ts';
import { bringOrder, failing, losing, metadata, type OrderState, reviewed } from './given.ts';
import { valid } from './valid-requests.ts';

// Every operation is made to give every answer that the document promises, on the whole stack; `send` holds each of
// them to the document. What cannot be provoked here is listed below, each with its reason.

/** Operation or `*`, then status or a problem's code → why it is not provoked. */
const notHere: Record<string, string> = {
  '* 429': 'API Gateway throttles, not the function',
  '* command-too-large': 'a body of 128 KiB makes no event of 256 KiB',
  'place-order order-already-exists': 'an order’s id follows from its key, or is new',
  'health 500': 'calls nothing that could fail',
  'health 503': 'calls nothing that could fail',
  'openapi 500': 'calls nothing that could fail',
  'openapi 503': 'calls nothing that could fail',
  'asyncapi 500': 'calls nothing that could fail',
  'asyncapi 503': 'calls nothing that could fail',
  'docs 500': 'calls nothing that could fail',
  'docs 503': 'calls nothing that could fail',
};

const seen = new Set<string>();
let system: System;
beforeAll(async () => {
  system = await startSystem();
  // No order is cancelled for want of stock while a test is about something else; one of SLOW waits for its stock.
  const { sku } = item;
  const command = { type: 'receive', sku, quantity: 1e6 } as const;
  const receiving = system.runtimeOf('receive-stock');
  await handleCommand(receiving, inventoryAggregate, { aggregateId: sku, command, metadata: metadata() });
  const listing = system.runtimeOf('list-product');
  await listProducts(listing, order.items);
  await listProducts(listing, [{ sku: 'SLOW', unitPrice: 19.99 }], { backorder: true });
}, 60_000);
afterAll(() => system.stop());

/** Calls an operation as `ada`, who may do everything, unless `sent` says otherwise. */
async function call(operation: string, sent: Sent = {}, parts?: RuntimeParts) {
  const handler = await system.handlerOf(operation, parts);
  const scope =
    'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';
  const answer = await send(handler as never, { operation, scope, ...sent });
  seen.add(`${operation} ${answer.status}`);
  const type: string | undefined = answer.body?.type;
  if (answer.status >= 400) seen.add(`${operation} ${type?.split(':').at(-1)}`);
  return answer;
}

const key = () => ({ 'Idempotency-Key': randomUUID() });

async function placed(items: readonly object[] = order.items): Promise<string> {
  return (await call('place-order', { body: { ...order, items }, headers: key() })).body.orderId;
}

/** An order in that state, and its id. */
async function orderThatIs(status: OrderState): Promise<string> {
  const orderId = await placed(status === 'held' ? [{ sku: 'SLOW', quantity: 2 }] : order.items);
  await bringOrder(system, orderId, status);
  return orderId;
}

const ship = (orderId: string, changes: Sent = {}) =>
  call('ship-order', { params: { orderId }, body: { carrier: 'UPS', trackingNumber: '1Z' }, ...changes });
const deliver = (orderId: string) => call('deliver-order', { params: { orderId }, body: {} });
const cancel = (orderId: string, reason = 'late') =>
  call('cancel-order', { params: { orderId }, body: { reason } });
const pay = (orderId: string, changes: object = {}) =>
  call('record-payment', {
    body: { orderId, amount: 39.98, reference: randomUUID(), outcome: 'captured', ...changes },
  });
const refund = (paymentId: string) =>
  call('refund-payment', { params: { paymentId }, body: { reason: 'damaged' } });

test.each([...operations.values()])(
  '$operationId: what any request of its kind may meet',
  async (operation) => {
    const { operationId, security, requestBody, parameters = [], responses } = operation;
    const request = valid[operationId];
    if (!request) throw new Error(`say what a valid request of ${operationId} is`);
    await call(operationId, { ...request, query: { ...request.query, nonsense: '1' } });
    if (security.length > 0) await call(operationId, { ...request, anonymous: true });
    if (security.some(({ token }) => token?.length)) await call(operationId, { ...request, scope: '' });
    if (parameters.some((one) => one.in === 'path'))
      await call(operationId, { ...request, params: { x: ' ' } });
    if (security.length > 0) {
      await call(operationId, request, failing('TypeError'));
      await call(operationId, request, failing('ThrottlingException'));
    }
    if (responses[304]) {
      const { headers } = await call(operationId, request);
      await call(operationId, { ...request, headers: { 'If-None-Match': headers.etag } });
    }
    if (!requestBody) return;
    await call(operationId, { ...request, body: '{' });
    await call(operationId, { ...request, body: '{"name":"Zo\uFFFD"}' });
    await call(operationId, { ...request, body: JSON.stringify(request.body) + ' '.repeat(200_000) });
    await call(operationId, { ...request, headers: { 'Content-Type': 'text/plain' } });
  },
);

test('customers: registered once, changed by themselves, never met', async () => {
  await call('register-customer', { ...valid['register-customer'], headers: key() });
  await call('register-customer', { ...valid['register-customer'], headers: key() });
  await call('register-customer', {
    body: { ...(valid['register-customer']?.body as object), customerId: 'bob' },
    scope: '',
  });
  const renaming = { params: { customerId: 'ada' }, body: { name: 'Ada King' } };
  await call('change-customer', { ...renaming, headers: { 'If-Match': '"9"' } });
  await call('change-customer', renaming);
  await call('change-customer', { ...renaming, params: { customerId: 'nobody' } });
  await call('get-customer', { params: { customerId: 'nobody' } });
  const runtime = system.runtimeOf('change-customer');
  const issue = (command: CustomerCommand) =>
    handleCommand(runtime, customerAggregate, { aggregateId: 'bob', command, metadata: metadata() });
  await issue({ type: 'register', name: 'Bob', email: 'bob@example.com' });
  for (let n = 0; n < 200; n++) await issue({ type: 'change', name: `Bob ${n}` });
  await call('change-customer', { params: { customerId: 'bob' }, body: { name: 'Bob' } });
});

test('products: listed, changed, withdrawn', async () => {
  const { params, body } = { params: { sku: 'MUG' }, body: { name: 'Mug', price: 8 } };
  await call('list-product', { params, body, headers: { 'If-Match': '"9"' } });
  await call('list-product', { params, body });
  await call('withdraw-product', { params, body: {}, headers: { 'If-Match': '"9"' } });
  await call('withdraw-product', { params, body: {} });
  await call('withdraw-product', { params: { sku: 'NEVER' }, body: {} });
  await call('get-product', { params: { sku: 'NEVER' } });
});

test('orders: placed for whom one may, up to a total', async () => {
  await call('place-order', { body: { ...order, customerId: 'bob' }, scope: '' });
  const items = [{ sku: 'GOLD', quantity: 10_000, unitPrice: 1_000_000 }];
  await listProducts(system.runtimeOf('list-product'), items);
  await call('place-order', { body: { ...order, items } });
  await call('place-order', { body: { ...order, items: [{ ...items[0], unitPrice: 1 }] } });
});

test('orders: shipped, delivered and cancelled in their turn', async () => {
  for (const status of ['pending', 'paid', 'shipped', 'delivered', 'cancelled'] as const) {
    await ship(await orderThatIs(status), { body: { carrier: 'DHL', trackingNumber: '2' } });
    await deliver(await orderThatIs(status));
    await cancel(await orderThatIs(status));
  }
  await ship(await orderThatIs('held'));
  for (const command of [ship, deliver, cancel]) await command(randomUUID());
});

test('payments: of an order and its total, refunded once', async () => {
  const orderId = await placed();
  const { body: payment } = await pay(orderId, { reference: 'ch_once' });
  await call('refund-payment', {
    ...valid['refund-payment'],
    params: { paymentId: payment.paymentId },
    headers: { 'If-Match': '"9"' },
  });
  await call('record-payment', {
    body: { orderId, amount: 39.98, reference: 'ch_once', outcome: 'declined' },
    headers: key(),
  });
  await pay(orderId, { amount: 1 });
  await pay(randomUUID());
  await call('refund-payment', {
    params: { paymentId: payment.paymentId },
    body: { reason: 'damaged', amount: 1e6 },
  });
  for (let time = 0; time < 2; time++) await refund(payment.paymentId);
  await refund((await pay(orderId, { outcome: 'declined' })).body.paymentId);
  await refund(randomUUID());
});

/** A payment with a report that contradicts its capture `cap_1`. */
async function parked(): Promise<string> {
  const orderId = await placed();
  const reference = randomUUID();
  await pay(orderId, { reference, reportId: 'cap_1' });
  const { body } = await pay(orderId, { amount: 1, reference, reportId: 'cap_1' });
  expect(body).toMatchObject({ status: 'captured', parked: 'other_amount' });
  return body.paymentId;
}

test('payments: a parked report is resolved, once', async () => {
  const paymentId = await parked();
  const resolve = (changes: Sent = {}) =>
    call('resolve-payment-report', {
      params: { paymentId },
      body: { reportId: 'cap_1', note: 'Seen.' },
      ...changes,
    });
  await resolve({ headers: { 'If-Match': '"9"' } });
  await resolve();
  await resolve({ body: { reportId: 'cap_2', note: 'Seen.' } });
  await resolve({ params: { paymentId: randomUUID() } });
});

const decisions = [
  'approve-fraud-review',
  'reject-fraud-review',
  'clear-customs-declaration',
  'refuse-customs-declaration',
] as const;

test.each(decisions)('%s: of what is open, once', async (operation) => {
  for (const status of ['open', 'decided', 'closed'] as const) {
    await call(operation, { params: { orderId: await reviewed(system, status) }, body: { note: 'By me.' } });
  }
  await call(operation, { params: { orderId: randomUUID() }, body: { note: 'By me.' } });
});

test('stock: received up to a limit, adjusted between nothing and that', async () => {
  await call('receive-stock', valid['receive-stock']);
  const command = { type: 'receive', sku: 'ATOM', quantity: 1e12 } as const;
  const runtime = system.runtimeOf('receive-stock');
  await handleCommand(runtime, inventoryAggregate, { aggregateId: 'ATOM', command, metadata: metadata() });
  await call('receive-stock', { ...valid['receive-stock'], params: { sku: 'ATOM' } });
  await call('adjust-stock', valid['adjust-stock']);
  await call('adjust-stock', { ...valid['adjust-stock'], params: { sku: 'ATOM' } });
  await call('adjust-stock', { params: { sku: 'NEVER' }, body: { by: -1, reason: 'lost' } });
  await call('get-stock', { params: { sku: 'NEVER' } });
});

test('every command: a key for another command, a version that is gone, a race that is lost', async () => {
  const orderId = await orderThatIs('paid');
  const { paymentId } = (await pay(await placed())).body;
  const commands: Record<string, [first: Sent, second: object]> = {
    'register-customer': [
      { body: { name: 'Cy', email: 'cy@example.com', customerId: 'cy' } },
      { name: 'Cyd' },
    ],
    'change-customer': [{ params: { customerId: 'cy' }, body: { name: 'Cyn' } }, { name: 'Cyrus' }],
    'list-product': [{ params: { sku: 'CUP' }, body: { name: 'Cup', price: 5 } }, { price: 6 }],
    'withdraw-product': [{ params: { sku: 'CUP' }, body: {} }, {}],
    'place-order': [{ body: order }, { items: [{ ...order.items[0], quantity: 9 }] }],
    'ship-order': [
      { params: { orderId }, body: { carrier: 'UPS', trackingNumber: '7' } },
      { carrier: 'DHL' },
    ],
    'deliver-order': [{ params: { orderId }, body: {} }, {}],
    'cancel-order': [{ params: { orderId: await placed() }, body: { reason: 'a' } }, { reason: 'b' }],
    'record-payment': [
      { body: { orderId, amount: 39.98, reference: randomUUID(), outcome: 'captured' } },
      { outcome: 'declined' },
    ],
    'refund-payment': [{ params: { paymentId }, body: { reason: 'a' } }, { reason: 'b' }],
    'resolve-payment-report': [
      { params: { paymentId: await parked() }, body: { reportId: 'cap_1', note: 'a' } },
      { note: 'b' },
    ],
    'receive-stock': [{ params: { sku: 'TEA' }, body: { quantity: 1 } }, { quantity: 2 }],
    'adjust-stock': [{ params: { sku: 'TEA' }, body: { by: 1, reason: 'found' } }, { by: 2 }],
    ...Object.fromEntries(
      await Promise.all(
        decisions.map(async (operation) => {
          const first = { params: { orderId: await reviewed(system, 'open') }, body: { note: 'a' } };
          return [operation, [first, { note: 'b' }]] as const;
        }),
      ),
    ),
  };
  for (const [command, [first, changes]] of Object.entries(commands)) {
    await call(command, first, losing(system, command));
    const headers = key();
    await call(command, { ...first, headers: { ...headers, 'If-Match': '"99"' } });
    await call(command, { ...first, headers });
    // Its body is empty: another order under the same key is another command, which has a stream of its own.
    if (!['deliver-order', 'withdraw-product'].includes(command))
      await call(command, { ...first, headers, body: { ...(first.body as object), ...changes } });
  }
  const both = { params: { orderId: await orderThatIs('paid') }, headers: key() };
  await ship(both.params.orderId, { headers: both.headers });
  await call('deliver-order', { ...both, body: {} });
  const product = { params: { sku: 'JUG' }, headers: key() };
  await call('list-product', { ...product, body: { name: 'Jug', price: 9 } });
  await call('withdraw-product', { ...product, body: {} });
});

test('reading: what there is, as it was, and what has not come yet', async () => {
  const rich = {
    ...order,
    items: [{ sku: 'WATCH', quantity: 2 }],
    shippingAddress: { ...order.shippingAddress, country: 'FR' },
  };
  await listProducts(system.runtimeOf('list-product'), [{ sku: 'WATCH', unitPrice: 900 }]);
  const { orderId } = (await call('place-order', { body: rich })).body;
  const reading = { params: { orderId } };
  // The second contradicts the first: it waits for somebody.
  for (const amount of [1, 2]) await pay(orderId, { amount, reference: 'ch_parked', reportId: 'cap_1' });
  await call('get-order', reading);
  await call('get-order', { ...reading, query: { asOf: new Date(Date.now() + 60_000).toISOString() } });
  await call('get-order', { ...reading, query: { minVersion: '9' } });
  await call('get-order', { ...reading, sub: 'eve', scope: '' });
  await call('get-order-events', { ...reading, query: { limit: '1' } });
  for (const list of ['list-order-payments', 'list-order-notifications']) {
    await call(list, { ...reading, sub: 'eve', scope: '' });
  }
  await call('list-customer-orders', { params: { customerId: 'ada' }, query: { limit: '1' } });
  await call('list-customer-orders', { params: { customerId: 'ada' }, sub: 'eve', scope: '' });
  await call('list-events', { query: { type: 'OrderCreated', limit: '1' } });
  await call('get-sales', valid['get-sales']);
  await call('health');
  // What the consumers make of it.
  for (const [operation, field, request] of [
    ['get-customer', 'name', { params: { customerId: 'ada' } }],
    ['list-products', 'products', {}],
    ['get-product', 'sku', { params: { sku: 'MUG' } }],
    ['list-orders', 'orders', {}],
    ['list-fraud-reviews', 'fraudReviews', {}],
    ['list-customs-declarations', 'customsDeclarations', {}],
    ['list-notifications', 'notifications', { query: { orderId } }],
    ['list-order-notifications', 'notifications', reading],
    ['list-order-payments', 'payments', reading],
    ['list-payments', 'payments', { query: { status: 'parked' } }],
    ['get-stock', 'sku', { params: { sku: 'TEA' } }],
  ] as const) {
    await eventually(async () =>
      expect((await call(operation, request)).body[field]?.length).toBeGreaterThan(0),
    );
  }
});

test('no promise of the document was left untried but those that cannot be tried here', () => {
  const promised = [...operations.values()].flatMap(({ operationId, pointer, responses }) =>
    Object.entries(responses).flatMap(([status, response]) => {
      const { content = {} } = resolved(`${pointer}/responses/${status}`, response).response;
      const examples = Object.keys(content['application/problem+json']?.examples ?? {});
      return [status, ...examples].map((what) => `${operationId} ${what}`);
    }),
  );
  const excused = (promise: string) => {
    const [operation = '', what = ''] = promise.split(' ');
    const status = statusOf[what];
    return [`${operation} ${what}`, `* ${what}`, `${operation} ${status}`].some((one) => one in notHere);
  };
  expect(promised.length).toBeGreaterThan(200);
  expect(promised.filter((promise) => !seen.has(promise) && !excused(promise))).toEqual([]);
  const idle = Object.keys(notHere).filter((one) => seen.has(one));
  expect(idle).toEqual([]);
});

const statusOf: Record<string, string> = { 'internal-error': '500', unavailable: '503' };

test('the document is what this test thinks it is', () => {
  expect(operations.size).toBe(Object.keys(valid).length);
  expect(Object.keys(openApi.paths).length).toBeGreaterThan(15);
});
