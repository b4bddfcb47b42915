import { afterAll, expect, test } from '@jest/globals';
import type { ScheduledAudit } from '../../../functions/operations/audit/report.ts';
import { httpEvent, type Sent } from '../../support/http-send.ts';
import { type System, startSystem } from '../../support/system.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SCOPE = 'orders:manage payments:write inventory:write audit:read';

const systems: System[] = [];
afterAll(() => Promise.all(systems.map((system) => system.stop())));

/** The whole stack, all on one clock that the test moves, with a publisher that is off. */
async function withoutPublisher() {
  let ahead = 0;
  const system = await startSystem({
    runs: (name) => name !== 'publish-events',
    parts: () => ({ now: () => Date.now() + ahead }),
  });
  systems.push(system);
  const call = async (name: string, sent: Sent) => {
    const answer = await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }));
    const { statusCode, body } = answer as { statusCode: number; body: string };
    if (statusCode >= 300) throw new Error(`${name}: ${body}`);
    return JSON.parse(body);
  };
  const audit = async () => {
    const answer = (await system.invoke('audit', { scheduled: true })) as ScheduledAudit;
    await system.mappings.settled();
    return answer;
  };
  return {
    system,
    call,
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

const order = (country: string, unitPrice: number) => ({
  items: [{ sku: 'MUG', name: 'Mug', quantity: 1, unitPrice }],
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country },
});

test('The publisher is down for more than a day: every consumer has everything, and nothing twice', async () => {
  const { call, audit, pass, auditUntilQuiet } = await withoutPublisher();
  // It has run before the outage; nothing has happened yet.
  expect(await audit()).toMatchObject({ events: 0, behind: [], healed: 0 });

  await call('register-customer', { body: { name: 'Ada', email: 'ada@example.com' } });
  await call('receive-stock', { params: { sku: 'MUG' }, body: { quantity: 10 } });
  const paid = await call('place-order', { body: order('DE', 1_500) });
  const cancelled = await call('place-order', { body: order('US', 20) });
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

  // The audit was down as well: nobody has looked for a day and a half.
  pass(36 * HOUR);
  await auditUntilQuiet();
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
    version: 4,
    customerName: 'Ada',
  });
  expect(await call('get-order', { params: { orderId: cancelled.orderId } })).toMatchObject({
    status: 'cancelled',
  });
  expect(await told(paid.orderId)).toEqual(['OrderCreated', 'OrderDelivered', 'OrderShipped']);
  expect(await told(cancelled.orderId)).toEqual(['OrderCancelled', 'OrderCreated', 'PaymentDeclined']);
  expect(await call('get-stock', { params: { sku: 'MUG' } })).toMatchObject({ onHand: 10, reserved: 1 });
  const time = (ms: number) => new Date(Date.now() + ms).toISOString();
  const day = (ms: number) => time(ms).slice(0, 10);
  const { days } = await call('get-sales', { query: { from: day(-24 * HOUR), to: day(72 * HOUR) } });
  const sum = (name: string) =>
    days.reduce((total: number, each: Record<string, number>) => total + (each[name] ?? 0), 0);
  expect(['orders', 'cancelled', 'shipped', 'revenue'].map(sum)).toEqual([2, 1, 1, 1_500]);
  expect(await call('list-fraud-reviews', { query: {} })).toMatchObject({
    fraudReviews: [{ orderId: paid.orderId }],
  });
  expect(await call('list-customs-declarations', { query: {} })).toMatchObject({
    customsDeclarations: [{ orderId: paid.orderId }],
  });
  const { events } = await call('list-events', {
    query: { type: 'PaymentRefunded', from: time(-HOUR), to: time(96 * HOUR) },
  });
  expect(events).toMatchObject([{ streamId: `payment-${late}`, version: 2 }]);
  expect(events).toHaveLength(1);
}, 60_000);
