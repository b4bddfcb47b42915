import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { afterAll, expect, test } from '@jest/globals';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { eventually } from '#tests/support/eventually.ts';
import { releaseHolds } from '#tests/support/holds.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { listProducts } from '#tests/support/products.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SCOPE =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';

const systems: System[] = [];
afterAll(() => Promise.all(systems.map((system) => system.stop())));

interface Publisher {
  /** Whether its mapping runs at all. */
  runs: boolean;
  /** What is put in the place of its topic's answers. */
  sns?: (system: System) => Runtime['sns'];
}

/** The whole stack with such a publisher, all on one clock that the test moves. */
async function startWith({ runs, sns }: Publisher) {
  let ahead = 0;
  const system: System = await startSystem({
    runs: (name) => runs || name !== 'publish-events',
    parts: (name) => ({
      now: () => Date.now() + ahead,
      ...(sns && name === 'publish-events' && { sns: sns(system) }),
    }),
  });
  systems.push(system);
  const call = async (name: string, sent: Sent) => {
    const answer = await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }));
    const { statusCode, body } = answer as { statusCode: number; body: string };
    if (statusCode >= 300) throw new Error(`${name}: ${body}`);
    return JSON.parse(body);
  };
  const place = async (country: string, unitPrice: number) => {
    await listProducts(system.runtimeOf('list-product'), [{ sku: 'MUG', unitPrice }]);
    return call('place-order', { body: order(country, unitPrice) });
  };
  const audit = async () => {
    const answer = (await system.invoke('audit', { scheduled: true })) as ScheduledAudit;
    await system.mappings.waitUntilIdle();
    return answer;
  };
  return {
    system,
    call,
    place,
    audit,
    pass(ms: number) {
      ahead += ms;
    },
    /** Runs of the audit as the schedule makes them, until one has nothing left to do. */
    async auditUntilQuiet() {
      for (let runs = 1; runs < 12; runs++) {
        ahead += 6 * MINUTE;
        const { events, behind } = await audit();
        if (events === 0 && behind.length === 0) return;
      }
      throw new Error('there is always something behind');
    },
  };
}

/** Events of an order of which the customer gets no message. */
const UNTOLD = ['OrderPaid', 'OrderHoldReleased'];

const order = (country: string, unitPrice: number) => ({
  items: [{ sku: 'MUG', quantity: 1, unitPrice }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country },
});

test('The publisher is down for more than a day: every consumer has everything, and nothing twice', async () => {
  const { call, place, audit, pass, auditUntilQuiet, system } = await startWith({ runs: false });
  // It has run before the outage; nothing has happened yet.
  expect(await audit()).toMatchObject({ events: 0, behind: [], redelivered: 0 });

  await call('register-customer', { body: { name: 'Ada', email: 'ada@example.com' } });
  await call('receive-stock', { params: { sku: 'MUG' }, body: { quantity: 10 } });
  const paid = await place('DE', 1_500);
  const cancelled = await place('US', 20);
  const pay = (orderId: string, amount: number, outcome: string) =>
    call('record-payment', {
      body: { orderId, amount, outcome, reference: `${outcome}-${orderId}` },
    });
  await pay(paid.orderId, 1_500, 'captured');
  const { paymentId: late } = await pay(cancelled.orderId, 20, 'captured');
  await pay(cancelled.orderId, 20, 'declined').catch(() => undefined);
  await call('cancel-order', {
    params: { orderId: cancelled.orderId },
    body: { reason: 'no' },
  });

  // The audit was down as well: nobody has looked for more than a day.
  pass(26 * HOUR);
  await auditUntilQuiet();
  await releaseHolds(system.runtimeOf('ship-order'), paid.orderId);
  await call('ship-order', {
    params: { orderId: paid.orderId },
    body: { carrier: 'UPS', trackingNumber: '1Z' },
  });
  await call('deliver-order', { params: { orderId: paid.orderId }, body: {} });
  await auditUntilQuiet();
  // And once more a day later, as the schedule does.
  pass(24 * HOUR);
  await auditUntilQuiet();

  const told = async (orderId: string) =>
    (await call('list-notifications', { query: { orderId } })).notifications
      .map(({ eventType }: { eventType: string }) => eventType)
      .sort();
  expect(await call('get-order', { params: { orderId: paid.orderId } })).toMatchObject({
    status: 'delivered',
    version: 7,
    customerName: 'Ada',
  });
  expect(await call('get-order', { params: { orderId: cancelled.orderId } })).toMatchObject({
    status: 'cancelled',
  });
  expect(await told(paid.orderId)).toEqual(['OrderCreated', 'OrderDelivered', 'OrderShipped']);
  expect(await told(cancelled.orderId)).toEqual([
    'OrderCancelled',
    'OrderCreated',
    'PaymentDeclined',
    'PaymentRefunded',
  ]);
  expect(await call('get-stock', { params: { sku: 'MUG' } })).toMatchObject({ onHand: 9, reserved: 0 });
  const time = (ms: number) => new Date(Date.now() + ms).toISOString();
  const day = (ms: number) => time(ms).slice(0, 10);
  const { days } = await call('get-sales', { query: { from: day(-24 * HOUR), to: day(72 * HOUR) } });
  const sum = (name: string) =>
    days.reduce((total: number, each: Record<string, number>) => total + (each[name] ?? 0), 0);
  expect(['orders', 'cancelled', 'shipped', 'captured'].map(sum)).toEqual([2, 1, 1, 1_520]);
  expect(await call('list-fraud-reviews', { query: {} })).toMatchObject({
    fraudReviews: [{ orderId: paid.orderId }],
  });
  expect(await call('list-customs-declarations', { query: {} })).toMatchObject({
    customsDeclarations: [{ orderId: paid.orderId }],
  });
  await eventually(async () => {
    const query = { type: 'RefundRequested', from: time(-HOUR), to: time(96 * HOUR) };
    const { events } = await call('list-events', { query });
    expect(events).toMatchObject([{ streamId: `payment-${late}`, version: 2 }]);
    expect(events).toHaveLength(1);
  });
}, 180_000);

test('A publisher loses messages here and there, and says that all went well: the audit finds each of them', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  let state = seed;
  const chance = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 2 ** 31;
  };
  let lost = 0;
  const { call, place, pass, audit, auditUntilQuiet, system } = await startWith({
    runs: true,
    sns: ({ sns }) => {
      const send = async ({ input }: PublishBatchCommand) => {
        const entries = input.PublishBatchRequestEntries ?? [];
        const sent = entries.filter(() => chance() < 0.5);
        lost += entries.length - sent.length;
        const given = { ...input, PublishBatchRequestEntries: sent };
        return sent.length > 0 ? sns.send(new PublishBatchCommand(given)) : {};
      };
      return { send } as unknown as Runtime['sns'];
    },
  });
  await audit();
  await call('receive-stock', { params: { sku: 'MUG' }, body: { quantity: 100 } });
  const orderIds: string[] = [];
  for (let index = 0; index < 8; index++) {
    const { orderId } = await place(index % 2 ? 'US' : 'DE', 10 + index);
    orderIds.push(orderId);
    if (index % 3 === 0) {
      await call('cancel-order', { params: { orderId }, body: { reason: 'changed_my_mind' } });
    } else {
      const payment = { orderId, amount: 10 + index, reference: orderId, outcome: 'captured' };
      await call('record-payment', { body: payment });
    }
  }
  await system.mappings.waitUntilIdle();
  expect([seed, lost]).not.toEqual([seed, 0]);
  pass(6 * MINUTE);
  await auditUntilQuiet();

  const stored: StoredEvent[] = [];
  for (const orderId of orderIds) {
    const { events } = await call('get-order-events', { params: { orderId }, query: { limit: '100' } });
    stored.push(...events);
    const { version } = await call('get-order', { params: { orderId } });
    const { notifications } = await call('list-notifications', { query: { orderId } });
    const told = events.filter(({ eventType }: StoredEvent) => !UNTOLD.includes(eventType)).length;
    expect([seed, orderId, version, notifications.length]).toEqual([seed, orderId, events.length, told]);
  }
  const count = (type: string) => stored.filter(({ eventType }) => eventType === type).length;
  expect(count('OrderPaid')).toBe(5);
  const { reserved } = await call('get-stock', { params: { sku: 'MUG' } });
  expect([seed, reserved]).toEqual([seed, 8 - count('OrderCancelled')]);
  const day = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 10);
  const { days } = await call('get-sales', { query: { from: day(-24 * HOUR), to: day(24 * HOUR) } });
  const sum = (name: string) =>
    days.reduce((total: number, each: Record<string, number>) => total + (each[name] ?? 0), 0);
  expect([seed, sum('orders'), sum('cancelled')]).toEqual([seed, 8, count('OrderCancelled')]);
  const { customsDeclarations } = await call('list-customs-declarations', { query: {} });
  expect([seed, customsDeclarations.length]).toEqual([seed, 4]);
}, 180_000);
