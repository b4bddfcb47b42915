import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { saveTickState } from '#kit/deadlines/tick-state.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { listProducts } from '#tests/support/products.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const SCOPE = 'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide';

let system: System;
beforeAll(async () => {
  // Deadlines of about a second. They fire when a test runs the tick.
  system = await startSystem({ settings: { PAYMENT_MINUTES: '0.02', REVIEW_HOURS: '0.0003' } });
  // The first tick ever looks back for a day: here one has just run.
  const now = Date.now();
  const state = { version: 0, completed: { startedAt: now, sentTo: now } };
  await saveTickState(system.runtimeOf('deadline-tick'), state);
  const products = [
    { sku: 'TV', unitPrice: 1_500 },
    { sku: 'TEA', unitPrice: 12.5 },
  ];
  await listProducts(system.runtimeOf('list-product'), products, { tracked: false });
});
afterAll(() => system.stop());

async function http(name: string, sent: Sent) {
  const answer = await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }));
  const { statusCode, body } = answer as { statusCode: number; body: string };
  expect([Math.floor(statusCode / 100), body]).toEqual([2, expect.any(String)]);
  return JSON.parse(body);
}

async function place(sku: string, country = 'US'): Promise<string> {
  const shippingAddress = { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country };
  return (await http('place-order', { body: { items: [{ sku, quantity: 1 }], shippingAddress } })).orderId;
}

const pay = (orderId: string, amount: number) =>
  http('record-payment', { body: { orderId, amount, reference: `ch-${orderId}`, outcome: 'captured' } });

const viewOf = (orderId: string) => http('get-order', { params: { orderId } });

const told = async (orderId: string): Promise<Record<string, string>[]> =>
  (await http('list-notifications', { query: { orderId } })).notifications;

async function eventsOf(orderId: string): Promise<string[]> {
  const TableName = system.runtimeOf('place-order').setting('EVENTS_TABLE');
  const { Items = [] } = await system.dynamo.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return (Items as DomainEvent[])
    .filter(
      ({ aggregateId, data }) =>
        aggregateId === orderId || (data as { orderId?: string }).orderId === orderId,
    )
    .sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
    .map(({ eventType }) => eventType);
}

describe('An order that is held', () => {
  test('is cancelled where its review is rejected, and what was paid goes back', async () => {
    const orderId = await place('TV', 'DE');
    await pay(orderId, 1_500);
    await eventually(async () =>
      expect(await viewOf(orderId)).toMatchObject({ status: 'paid', waitsFor: ['fraud', 'customs'] }),
    );
    await system.mappings.waitUntilIdle();
    await http('reject-fraud-review', {
      params: { orderId },
      body: { note: 'A stolen card: call the bank.' },
    });
    await system.mappings.waitUntilIdle();
    expect(await viewOf(orderId)).toMatchObject({ status: 'cancelled', waitsFor: [] });
    expect((await eventsOf(orderId)).slice(-5)).toEqual(
      expect.arrayContaining([
        'FraudReviewRejected',
        'OrderCancelled',
        'CustomsDeclarationClosed',
        'RefundRequested',
        'PaymentRefunded',
      ]),
    );
    const { text } = (await told(orderId)).find(({ eventType }) => eventType === 'OrderCancelled') ?? {};
    expect(text).toMatch(
      /^We are sorry: we cannot accept your order.*\nWhat we hold of your payment will be refunded\./,
    );
    expect(JSON.stringify(await told(orderId))).not.toContain('stolen');
  }, 60_000);

  test('that nobody decides on is escalated: staff are told, and can still decide', async () => {
    const orderId = await place('TV');
    await pay(orderId, 1_500);
    await system.mappings.waitUntilIdle();
    await system.invoke('deadline-tick', {});
    await eventually(async () => {
      const { fraudReviews } = await http('list-fraud-reviews', { query: { status: 'open' } });
      expect(fraudReviews).toContainEqual(
        expect.objectContaining({ orderId, escalatedAt: expect.any(String), version: 2 }),
      );
    });
    await system.mappings.waitUntilIdle();
    expect((await told(orderId)).filter(({ audience }) => audience === 'staff')).toMatchObject([
      { to: 'staff@example.com', subject: 'A fraud review is overdue', eventType: 'FraudReviewEscalated' },
    ]);
    await http('approve-fraud-review', { params: { orderId }, body: { note: 'Known customer.' } });
    await system.mappings.waitUntilIdle();
    expect(await viewOf(orderId)).toMatchObject({ status: 'paid', waitsFor: ['shipment'] });
  }, 60_000);
});

test('An order that nobody pays expires, its customer is told, and a later payment goes back', async () => {
  const orderId = await place('TEA');
  expect(await system.invoke('deadline-tick', {})).toMatchObject({ sent: expect.any(Number) });
  await eventually(async () => expect(await viewOf(orderId)).toMatchObject({ status: 'cancelled' }));
  await system.mappings.waitUntilIdle();
  expect((await told(orderId)).map(({ text }) => text?.split('\n')[0])).toEqual([
    'Thank you for your order.',
    'We did not receive your payment in time, so we had to cancel your order.',
  ]);
  await pay(orderId, 12.5);
  await system.mappings.waitUntilIdle();
  expect((await eventsOf(orderId)).slice(-3)).toEqual([
    'PaymentCaptured',
    'RefundRequested',
    'PaymentRefunded',
  ]);
  expect(await viewOf(orderId)).toMatchObject({ status: 'cancelled', paidAmount: 0 });
}, 60_000);
