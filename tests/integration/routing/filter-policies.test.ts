import { randomUUID } from 'node:crypto';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type EventType, eventDefinitions, type NewDomainEvent, registry } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { publish } from '#kit/messaging/publish.ts';
import { eventBridgePattern } from '#resources/consumers/event-bridge-pattern.ts';
import { compilePattern } from '#resources/local/event-source-mapping/event-pattern.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { streamAt } from '#tests/support/streams.ts';
import { type System, startSystem } from '#tests/support/system.ts';

const AT = '2026-05-01T12:00:00.000Z';

function sampleOf(eventType: EventType, change: object = {}): StoredEvent {
  const { aggregateType, samples, schemaVersion } = eventDefinitions[eventType];
  const data = { ...(samples as Record<number, object>)[schemaVersion], ...change };
  const [event] = streamAt(AT, aggregateType, randomUUID(), [{ eventType, data } as NewDomainEvent]);
  if (!event) throw new Error('no event');
  return event;
}

function created(total: number, country: string, currency = 'USD'): StoredEvent {
  const address = { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country };
  return sampleOf('OrderCreated', { total, currency, shippingAddress: address });
}

function createdV1(): StoredEvent {
  const event = created(100_000, 'DE');
  const { currency, ...data } = event.data as { currency: string };
  return { ...event, schemaVersion: 1, data };
}

/** What is published: one of each type, and what the filters tell apart. */
const published: Record<string, StoredEvent> = {
  ...Object.fromEntries(
    registry.eventTypes.filter((type) => type !== 'OrderCreated').map((type) => [type, sampleOf(type)]),
  ),
  'an order of 999.99 at home': created(99_999, 'US'),
  'an order of 1,000.00 at home': created(100_000, 'US'),
  'an order of 1,500.00 at home': created(150_000, 'US'),
  'an order of 20.00 abroad': created(2_000, 'DE'),
  'an order of 1,000.00 abroad, as it was stored in version 1': createdV1(),
  'an order of 1,000 yen at home': created(1_000, 'US', 'JPY'),
  'an order of 999 yen at home': created(999, 'US', 'JPY'),
  'an order event of a type from the future': { ...sampleOf('OrderPaid'), eventType: 'OrderGiftWrapped' },
};

const everyOrder = Object.keys(published).filter((name) => /^an order of/.test(name));

/** By consumer: what arrives; everything else does not. Written out, so that a filter is held against it. */
const delivered: Record<string, string[]> = {
  'order-view': [
    ...everyOrder,
    'OrderPaymentReceived',
    'OrderPaid',
    'OrderHoldReleased',
    'OrderShipped',
    'OrderDelivered',
    'OrderCancelled',
    'CustomerRegistered',
    'CustomerRenamed',
    'CustomerEmailChanged',
    'PaymentCaptured',
    'PaymentDeclined',
    'RefundRequested',
    'PaymentRefunded',
    'RefundFailed',
    'PaymentChargedBack',
    'PaymentReportParked',
    'PaymentReportResolved',
    'an order event of a type from the future',
  ],
  'catalogue-view': ['ProductListed', 'ProductPriceChanged', 'ProductWithdrawn'],
  reviews: [
    'FraudReviewOpened',
    'FraudReviewApproved',
    'FraudReviewRejected',
    'FraudReviewEscalated',
    'FraudReviewClosed',
    'CustomsDeclarationOpened',
    'CustomsDeclarationCleared',
    'CustomsDeclarationRefused',
    'CustomsDeclarationEscalated',
    'CustomsDeclarationClosed',
  ],
  'stock-view': [
    'StockReceived',
    'StockReserved',
    'StockRejected',
    'StockReleased',
    'StockIssued',
    'StockAdjusted',
    'StockBackordered',
    'BackorderFilled',
    'BackorderCancelled',
  ],
  sales: [
    ...everyOrder,
    'OrderCancelled',
    'OrderShipped',
    'PaymentCaptured',
    'PaymentRefunded',
    'RefundFailed',
    'PaymentChargedBack',
  ],
  inventory: [...everyOrder, 'OrderCancelled', 'OrderShipped', 'BackorderFilled'],
  'fraud-review': [
    'an order of 1,000.00 at home',
    'an order of 1,500.00 at home',
    'an order of 1,000.00 abroad, as it was stored in version 1',
    'an order of 1,000 yen at home',
  ],
  customs: ['an order of 20.00 abroad', 'an order of 1,000.00 abroad, as it was stored in version 1'],
  notifications: [
    ...everyOrder,
    'OrderShipped',
    'OrderDelivered',
    'OrderCancelled',
    'PaymentDeclined',
    'PaymentRefunded',
    'RefundFailed',
    'PaymentChargedBack',
    'PaymentReportParked',
    'FraudReviewEscalated',
    'CustomsDeclarationEscalated',
  ],
  'order-payments': ['PaymentCaptured', 'OrderCancelled'],
  'order-holds': [
    'FraudReviewApproved',
    'FraudReviewRejected',
    'CustomsDeclarationCleared',
    'CustomsDeclarationRefused',
    'OrderCancelled',
  ],
  refunds: ['RefundRequested'],
};

let system: System;
beforeAll(async () => {
  system = await startSystem({ runs: () => false });
  const runtime = system.runtimeOf('publish-events');
  const { failed, refused } = await publish(runtime, Object.values(published));
  expect([...failed, ...refused]).toEqual([]);
});
afterAll(() => system.stop());

/** Everything that waits in a consumer's queue. */
async function received(consumer: string) {
  const QueueUrl = system.runtimeOf(consumer).setting('QUEUE_URL');
  const found = [];
  for (;;) {
    const { Messages = [] } = await system.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
    );
    if (Messages.length === 0) return found;
    found.push(...Messages);
  }
}

const nameOf = (eventId: string) =>
  Object.keys(published).find((name) => published[name]?.eventId === eventId) ?? eventId;

describe('Through the filters of the compiled template', () => {
  test('every consumer is looked at, and each has something that it gets and something that it does not', async () => {
    const { Resources } = await compiledTemplate();
    const subscriptions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SNS::Subscription');
    expect(Object.keys(delivered)).toHaveLength(subscriptions.length);
    for (const names of Object.values(delivered)) {
      expect(names.length).toBeGreaterThan(0);
      expect(names.length).toBeLessThan(Object.keys(published).length);
    }
  });

  test.each(Object.keys(delivered))('%s gets what it is meant to get, and nothing else', async (consumer) => {
    const messages = await received(consumer);
    const names = messages.map(({ Body = '' }) => nameOf(JSON.parse(Body).eventId));
    expect(names.sort()).toEqual([...(delivered[consumer] ?? [])].sort());
    for (const { Body = '', MessageAttributes } of messages) {
      const event = JSON.parse(Body);
      expect(event).toEqual(published[nameOf(event.eventId)]);
      expect(MessageAttributes?.eventType?.StringValue).toBe(event.eventType);
    }
  });
});

describe('The same filters as patterns of EventBridge', () => {
  test('choose the same events, by the rules of event patterns', async () => {
    const { Resources } = await compiledTemplate();
    const subscriptions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::SNS::Subscription');
    expect(subscriptions.length).toBeGreaterThan(6);
    const runtime = system.runtimeOf('publish-events');
    const details = Object.entries(published).map(([name, event]) => ({
      name,
      detail: detailOf(runtime, event),
    }));
    for (const { Properties } of subscriptions) {
      const { Endpoint, FilterPolicy } = Properties as { Endpoint: unknown; FilterPolicy: object };
      const queue = system.stack.resolve<string>(Endpoint);
      const consumer = Object.keys(delivered).find((name) => queue.endsWith(`-${name}`)) ?? queue;
      const matches = compilePattern(JSON.stringify(eventBridgePattern(FilterPolicy as never)));
      const chosen = details.filter(({ detail }) => matches({ detail })).map(({ name }) => name);
      expect([consumer, chosen.sort()]).toEqual([consumer, [...(delivered[consumer] ?? [])].sort()]);
    }
  });

  test('cannot be made of a condition that EventBridge has not', () => {
    expect(() => eventBridgePattern({ total: [{ near: 5 }] })).toThrow('{"near":5}');
  });
});

/** What the event would carry on a bus: the attributes of its message, numbers as numbers. */
function detailOf(runtime: Runtime, event: StoredEvent): Record<string, string | number> {
  const { attributes } = toMessage(runtime, event);
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue = '' }]) => [
      name,
      DataType === 'Number' ? Number(StringValue) : StringValue,
    ]),
  );
}
