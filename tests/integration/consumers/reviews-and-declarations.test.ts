import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { createHandler as customs } from '#functions/consumers/customs/handler.ts';
import { createHandler as fraudReview } from '#functions/consumers/fraud-review/handler.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { customsDeclarationKey, fraudReviewKey } from '#read-model/keys.ts';
import { readListing } from '#read-model/listing.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { nothingHeld, streamAt } from '#tests/support/streams.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const AT = '2026-05-01T12:00:00.000Z';

const data: DomainEventOf<'OrderCreated'>['data'] = {
  customerId: 'ada',
  items: [
    {
      sku: 'LAPTOP-14',
      name: 'Laptop 14"',
      quantity: 2,
      unitPrice: 129_900,
      tracked: true,
      backorder: false,
    },
  ],
  total: 259_800,
  currency: 'EUR',
  shippingAddress: { line1: 'Hauptstraße 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  ...nothingHeld,
};

function created(): DomainEvent {
  const [event] = streamAt(AT, 'order', randomUUID(), [{ eventType: 'OrderCreated', data }]);
  if (!event) throw new Error('no event');
  return event;
}

async function stored(key: ItemKey) {
  const TableName = the.data.runtime().setting('READ_MODEL_TABLE');
  return (await the.data.dynamo.send(new GetCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
}

describe('fraud-review', () => {
  const expected = (orderId: string) => ({
    pk: `FRAUD_REVIEW#${orderId}`,
    sk: 'VIEW',
    listPk: expect.stringMatching(/^FRAUD_REVIEWS#2026-05#[0-3]$/),
    listSk: `${AT}#${orderId}`,
    orderId,
    customerId: 'ada',
    total: 259_800,
    currency: 'EUR',
    country: 'DE',
    status: 'open',
    score: 60,
    level: 'medium',
    reasons: [
      { rule: 'high_value', points: 30 },
      { rule: 'foreign_country', points: 20 },
      { rule: 'several_of_high_price', points: 10 },
    ],
    createdAt: AT,
  });

  test('opens a review by the rules of its deployment; neither name nor address is in it', async () => {
    const event = created();
    await the.handled(fraudReview(the.runtime('fraud-review')), event, event);
    expect(await stored(fraudReviewKey(event.aggregateId))).toEqual(expected(event.aggregateId));

    const local = created();
    const settings = { HOME_COUNTRY: 'DE', HIGH_VALUE_THRESHOLD: '259.80' };
    await the.handled(fraudReview(the.runtime('fraud-review', { settings })), local);
    expect((await stored(fraudReviewKey(local.aggregateId)))?.reasons).toEqual([
      { rule: 'high_value', points: 50 },
      { rule: 'several_of_high_price', points: 10 },
    ]);
  });

  test('never changes a review that is there', async () => {
    const event = created();
    await the.handled(fraudReview(the.runtime('fraud-review')), event);
    const settings = { HIGH_VALUE_THRESHOLD: '1' };
    await the.handled(fraudReview(the.runtime('fraud-review', { settings })), event);
    expect(await stored(fraudReviewKey(event.aggregateId))).toEqual(expected(event.aggregateId));
  });

  test('has its review after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const event = created();
      await the.deliver(fraudReview(the.runtime('fraud-review', { dynamo })), [event]);
      await the.handled(fraudReview(the.runtime('fraud-review')), event);
      expect(await stored(fraudReviewKey(event.aggregateId))).toEqual(expected(event.aggregateId));
    });
    expect(calls).toBe(1);
  });

  test('lists its reviews', async () => {
    const event = created();
    await the.handled(fraudReview(the.runtime('fraud-review')), event);
    const page = await readListing(the.data.runtime(), { kinds: ['FRAUD_REVIEWS'], limit: 100 });
    expect(page.items.map(({ orderId }) => orderId)).toContain(event.aggregateId);
  });
});

describe('customs', () => {
  const expected = (orderId: string) => ({
    pk: `CUSTOMS_DECLARATION#${orderId}`,
    sk: 'VIEW',
    listPk: expect.stringMatching(/^CUSTOMS_DECLARATIONS#2026-05#[0-3]$/),
    listSk: `${AT}#${orderId}`,
    orderId,
    customerId: 'ada',
    country: 'DE',
    currency: 'EUR',
    value: 259_800,
    items: data.items.map(({ sku, name, quantity, unitPrice }) => ({ sku, name, quantity, unitPrice })),
    status: 'opened',
    createdAt: AT,
  });

  test('opens one declaration, however often the order comes', async () => {
    const event = created();
    const handler = customs(the.runtime('customs'));
    await the.handled(handler, event, event);
    await the.handled(handler, event);
    expect(await stored(customsDeclarationKey(event.aggregateId))).toEqual(expected(event.aggregateId));
  });

  test('has its declaration after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const event = created();
      await the.deliver(customs(the.runtime('customs', { dynamo })), [event]);
      await the.handled(customs(the.runtime('customs')), event);
      expect(await stored(customsDeclarationKey(event.aggregateId))).toEqual(expected(event.aggregateId));
    });
    expect(calls).toBe(1);
  });

  test('lists its declarations', async () => {
    const event = created();
    await the.handled(customs(the.runtime('customs')), event);
    const page = await readListing(the.data.runtime(), { kinds: ['CUSTOMS_DECLARATIONS'], limit: 100 });
    expect(page.items.map(({ orderId }) => orderId)).toContain(event.aggregateId);
  });
});
