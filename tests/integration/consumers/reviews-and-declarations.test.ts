import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import { fraudReviewAggregate } from '#domain/fraud-review.ts';
import type { DomainEvent, DomainEventOf } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { createHandler as customs } from '#functions/consumers/customs/handler.ts';
import { createHandler as fraudReview } from '#functions/consumers/fraud-review/handler.ts';
import { createHandler as orderHolds } from '#functions/consumers/order-holds/handler.ts';
import { type ConsumerHandler, type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { streamAt } from '#tests/support/streams.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const AT = '2026-05-01T12:00:00.000Z';
const DUE = '2026-05-02T12:00:00.000Z';

const data: DomainEventOf<'OrderCreated'>['data'] = {
  customerId: 'ada',
  items: [
    {
      sku: 'LAPTOP-14',
      name: 'Laptop 14"',
      quantity: 2,
      unitPrice: 129_900,
      tracked: false,
      backorder: false,
    },
  ],
  total: 259_800,
  currency: 'EUR',
  shippingAddress: { line1: 'Hauptstraße 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  holds: ['fraud', 'customs'],
  paymentTerms: 'prepaid',
  paymentDueAt: '2026-05-02T12:00:00.000Z',
};

async function created(): Promise<DomainEvent> {
  const [event] = streamAt(AT, 'order', randomUUID(), [{ eventType: 'OrderCreated', data }]);
  if (!event) throw new Error('no event');
  await the.data.store([event]);
  return event;
}

const typesOf = async (streamId: string) => (await the.stream(streamId)).map(({ eventType }) => eventType);

const opened = {
  review: (orderId: string) => ({
    orderId,
    customerId: 'ada',
    total: 259_800,
    currency: 'EUR',
    country: 'DE',
    score: 60,
    level: 'medium',
    reasons: [
      { rule: 'high_value', points: 30 },
      { rule: 'foreign_country', points: 20 },
      { rule: 'several_of_high_price', points: 10 },
    ],
    dueAt: DUE,
  }),
  declaration: (orderId: string) => ({
    orderId,
    customerId: 'ada',
    country: 'DE',
    currency: 'EUR',
    value: 259_800,
    items: [{ sku: 'LAPTOP-14', name: 'Laptop 14"', quantity: 2, unitPrice: 129_900 }],
    dueAt: DUE,
  }),
};

describe.each([
  ['fraud-review', 'fraud-review', 'FraudReviewOpened', 'FraudReviewClosed', fraudReview, opened.review],
  [
    'customs',
    'customs-declaration',
    'CustomsDeclarationOpened',
    'CustomsDeclarationClosed',
    customs,
    opened.declaration,
  ],
] as const)('%s', (consumer, aggregate, openedType, closedType, createHandler, openedData) => {
  const handlerOf = (parts: object = {}): ConsumerHandler => createHandler(the.runtime(consumer, parts));

  test('opens once, however often the order comes; neither name nor address of the customer is in it', async () => {
    const event = await created();
    await the.handled(handlerOf(), event, event);
    await the.handled(handlerOf(), event);
    const stream = await the.stream(`${aggregate}-${event.aggregateId}`);
    expect(stream).toMatchObject([{ eventType: openedType, data: openedData(event.aggregateId) }]);
    expect(Object.keys(stream[0]?.data ?? {}).sort()).toEqual(Object.keys(openedData('')).sort());
  });

  test('never changes what is open, whatever the parameters are by then', async () => {
    const event = await created();
    await the.handled(handlerOf(), event);
    const settings = { HIGH_VALUE_THRESHOLD: '1', HOME_COUNTRY: 'DE', REVIEW_HOURS: '1' };
    await the.handled(handlerOf({ settings }), event);
    expect(await the.stream(`${aggregate}-${event.aggregateId}`)).toMatchObject([
      { data: openedData(event.aggregateId) },
    ]);
  });

  test('closes at once where the order has been cancelled, also after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const event = await created();
      await the.command(orderAggregate, event.aggregateId, { type: 'cancel', reason: 'late' });
      await the.deliver(handlerOf({ dynamo }), [event]);
      await the.handled(handlerOf(), event);
      expect(await typesOf(`${aggregate}-${event.aggregateId}`)).toEqual([openedType, closedType]);
    });
    expect(calls).toBeGreaterThanOrEqual(4);
  });
});

describe('order-holds', () => {
  const handlerOf = (parts: object = {}): ConsumerHandler => orderHolds(the.runtime('order-holds', parts));
  const decision = { by: 'grace', note: 'Seen.' };

  /** An order with an open review and an open declaration. */
  async function waiting(): Promise<string> {
    const event = await created();
    await the.handled(fraudReview(the.runtime('fraud-review')), event);
    await the.handled(customs(the.runtime('customs')), event);
    return event.aggregateId;
  }

  const decide = {
    approve: (id: string) => the.command(fraudReviewAggregate, id, { type: 'approve', ...decision }),
    reject: (id: string) => the.command(fraudReviewAggregate, id, { type: 'reject', ...decision }),
    clear: (id: string) => the.command(customsDeclarationAggregate, id, { type: 'clear', ...decision }),
    refuse: (id: string) => the.command(customsDeclarationAggregate, id, { type: 'refuse', ...decision }),
  };

  test('releases each hold once, in the name of whoever decided, after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const orderId = await waiting();
      const events = [...(await decide.approve(orderId)), ...(await decide.clear(orderId))];
      await the.deliver(handlerOf({ dynamo }), events);
      await the.handled(handlerOf(), ...events, ...events);
      const releases = (await the.stream(`order-${orderId}`)).slice(1);
      expect(releases.map(({ eventType }) => eventType)).toEqual(['OrderHoldReleased', 'OrderHoldReleased']);
      expect(new Set(releases.map(({ data }) => JSON.stringify(data)))).toEqual(
        new Set(['fraud', 'customs'].map((hold) => JSON.stringify({ customerId: 'ada', hold, by: 'grace' }))),
      );
    });
    expect(calls).toBeGreaterThanOrEqual(4);
  });

  test.each([
    ['reject', 'fraud_rejected', 'CustomsDeclarationClosed', 'customs-declaration'],
    ['refuse', 'customs_refused', 'FraudReviewClosed', 'fraud-review'],
  ] as const)(
    '%s cancels the order, and its cancellation closes the other',
    async (verb, reason, closedType, other) => {
      const orderId = await waiting();
      const events = await decide[verb](orderId);
      await the.handled(handlerOf(), ...events, ...events);
      const cancelled = (await the.stream(`order-${orderId}`)).slice(1);
      expect(cancelled).toMatchObject([
        { eventType: 'OrderCancelled', data: { reason, holds: ['fraud', 'customs'] } },
      ]);
      await the.handled(handlerOf(), ...cancelled, ...cancelled);
      expect((await typesOf(`${other}-${orderId}`)).at(-1)).toBe(closedType);
    },
  );

  test('a customer who cancels closes both; a decision that comes too late is refused', async () => {
    const orderId = await waiting();
    const cancelled = await the.command(orderAggregate, orderId, { type: 'cancel', reason: 'late' });
    await the.handled(handlerOf(), ...cancelled);
    await expect(decide.approve(orderId)).rejects.toMatchObject({ rule: 'fraud_review_closed' });
    await expect(decide.refuse(orderId)).rejects.toMatchObject({ rule: 'customs_declaration_closed' });
  });

  test('a rejection that comes after the cancellation changes nothing', async () => {
    const orderId = await waiting();
    const rejected = await decide.reject(orderId);
    await the.command(orderAggregate, orderId, { type: 'cancel', reason: 'late' });
    await the.handled(handlerOf(), ...rejected);
    expect(await the.stream(`order-${orderId}`)).toMatchObject([{}, { data: { reason: 'late' } }]);
  });
});
