import { describe, expect, it } from '@jest/globals';
import {
  type AggregateType,
  type DomainEvent,
  type EventType,
  eventDefinitions,
  registry,
} from '#domain/index.ts';
import { streamIdOf } from '#kit/events/event.ts';
import type { EventDefinition } from '#kit/events/event-definition.ts';

const definitionOf = (eventType: EventType): EventDefinition => eventDefinitions[eventType];

const everySample = registry.eventTypes.flatMap((eventType) =>
  Object.entries(definitionOf(eventType).samples).map(
    ([version, data]) => [eventType, Number(version), data] as const,
  ),
);

const stored = (eventType: EventType, schemaVersion: number, data: unknown) => ({
  streamId: streamIdOf(definitionOf(eventType).aggregateType, 'x-1'),
  version: 1,
  eventId: '0192f000-0000-7000-8000-000000000001',
  aggregateType: definitionOf(eventType).aggregateType,
  aggregateId: 'x-1',
  eventType,
  schemaVersion,
  data,
  metadata: {
    userId: 'ada',
    timestamp: '2026-01-01T00:00:00.000Z',
    correlationId: 'c',
    causationId: 'r',
    commandId: 'k',
  },
});

// These names and versions are in storage. A line here changes only to raise a version; lines are only added.
const PERSISTED: Record<EventType, [AggregateType, number]> = {
  CustomerRegistered: ['customer', 1],
  CustomerRenamed: ['customer', 1],
  CustomerEmailChanged: ['customer', 1],
  ProductListed: ['product', 1],
  ProductPriceChanged: ['product', 1],
  ProductWithdrawn: ['product', 1],
  OrderCreated: ['order', 3],
  OrderPaymentReceived: ['order', 1],
  OrderPaid: ['order', 2],
  OrderHoldReleased: ['order', 1],
  OrderShipped: ['order', 1],
  OrderDelivered: ['order', 1],
  OrderCancelled: ['order', 2],
  PaymentCaptured: ['payment', 2],
  PaymentDeclined: ['payment', 2],
  RefundRequested: ['payment', 1],
  PaymentRefunded: ['payment', 2],
  RefundFailed: ['payment', 1],
  PaymentChargedBack: ['payment', 1],
  PaymentReportParked: ['payment', 2],
  PaymentReportResolved: ['payment', 1],
  StockReceived: ['inventory', 1],
  StockAdjusted: ['inventory', 1],
  StockReserved: ['inventory', 2],
  StockRejected: ['inventory', 2],
  StockReleased: ['inventory', 2],
  StockIssued: ['inventory', 1],
  StockBackordered: ['inventory', 1],
  BackorderFilled: ['inventory', 1],
  BackorderCancelled: ['inventory', 1],
  FraudReviewOpened: ['fraud-review', 1],
  FraudReviewApproved: ['fraud-review', 1],
  FraudReviewRejected: ['fraud-review', 1],
  FraudReviewEscalated: ['fraud-review', 1],
  FraudReviewClosed: ['fraud-review', 1],
  CustomsDeclarationOpened: ['customs-declaration', 1],
  CustomsDeclarationCleared: ['customs-declaration', 1],
  CustomsDeclarationRefused: ['customs-declaration', 1],
  CustomsDeclarationEscalated: ['customs-declaration', 1],
  CustomsDeclarationClosed: ['customs-declaration', 1],
};

describe('the registry', () => {
  it('knows the persisted names, and no others', () => {
    expect(
      Object.fromEntries(
        registry.eventTypes.map((type) => [
          type,
          [definitionOf(type).aggregateType, registry.currentSchemaVersion(type)],
        ]),
      ),
    ).toEqual(PERSISTED);
  });

  it.each(registry.eventTypes)('files %s under its own name', (eventType) => {
    expect(definitionOf(eventType).eventType).toBe(eventType);
  });

  it.each(registry.eventTypes)('has a sample of %s in every version there ever was', (eventType) => {
    const versions = Array.from({ length: registry.currentSchemaVersion(eventType) }, (_, index) =>
      String(index + 1),
    );
    expect(Object.keys(definitionOf(eventType).samples)).toEqual(versions);
  });

  it('makes a union that can be told apart by type and by aggregate', () => {
    const event = registry.upcast(stored('OrderCreated', 1, eventDefinitions.OrderCreated.samples[1]));
    expect(describeEvent(event)).toBe('order in USD');
  });
});

describe('samples of every version', () => {
  it.each(everySample)('%s v%d reads as the current version', (eventType, version, data) => {
    const event = registry.upcast(stored(eventType, version, data));
    expect(event.schemaVersion).toBe(registry.currentSchemaVersion(eventType));
    expect(() => registry.checkNewEvent(event)).not.toThrow();
    expect(registry.upcast(event)).toEqual(event);
  });

  it.each(everySample)(
    '%s v%d fits the schema of its own version, and has no other field',
    (eventType, version, data) => {
      expect(definitionOf(eventType).schemas[version]?.parse(data)).toEqual(data);
    },
  );

  it.each(everySample)('%s v%d survives the way through JSON', (eventType, version, data) => {
    const raw = stored(eventType, version, data);
    expect(registry.upcast(JSON.parse(JSON.stringify(raw)))).toEqual(registry.upcast(raw));
  });

  it.each(everySample)('%s v%d sets the attributes that it declares', (eventType, version, data) => {
    const attributes = registry.messageAttributes(registry.upcast(stored(eventType, version, data)));
    expect(Object.keys(attributes)).toEqual(registry.messageAttributeNames(eventType));
    expect(attributes).toMatchObject({ eventType, aggregateType: definitionOf(eventType).aggregateType });
  });

  it('differ: an old sample is not a copy of the new shape', () => {
    const [v1, v2] = [eventDefinitions.OrderCreated.samples[1], eventDefinitions.OrderCreated.samples[2]];
    expect(v1).not.toHaveProperty('currency');
    expect(v2).toHaveProperty('currency', 'USD');
  });
});

describe('message attributes', () => {
  it('of OrderCreated: the total in major units, as a number, and the country', () => {
    const event = registry.upcast(stored('OrderCreated', 2, eventDefinitions.OrderCreated.samples[2]));
    expect(registry.messageAttributes(event)).toEqual({
      eventType: 'OrderCreated',
      aggregateType: 'order',
      total: 1299,
      country: 'US',
    });
  });

  it('know the digits of the currency', () => {
    const yen = { ...eventDefinitions.OrderCreated.samples[2], currency: 'JPY', total: 1299 };
    expect(registry.messageAttributes(registry.upcast(stored('OrderCreated', 2, yen)))).toMatchObject({
      total: 1299,
    });
  });

  it.each(registry.eventTypes)(
    'of %s are at most 10: raw delivery drops a message with more',
    (eventType) => {
      expect(registry.messageAttributeNames(eventType).length).toBeLessThanOrEqual(10);
    },
  );
});

// Does not compile once an event type has no case here: the union is exhaustive and discriminated.
function describeEvent(event: DomainEvent): string {
  switch (event.eventType) {
    case 'OrderCreated':
      return `${event.aggregateType} in ${event.data.currency}`;
    case 'CustomerRegistered':
    case 'CustomerRenamed':
      return event.data.name;
    case 'CustomerEmailChanged':
      return event.data.email;
    case 'ProductListed':
    case 'ProductPriceChanged':
    case 'ProductWithdrawn':
      return event.data.sku;
    case 'OrderPaymentReceived':
    case 'OrderPaid':
      return event.data.paymentId;
    case 'OrderHoldReleased':
      return event.data.hold;
    case 'OrderShipped':
      return event.data.carrier;
    case 'OrderDelivered':
      return event.data.customerId;
    case 'OrderCancelled':
      return event.data.reason;
    case 'PaymentCaptured':
    case 'PaymentDeclined':
    case 'PaymentReportParked':
      return event.data.reference;
    case 'PaymentReportResolved':
      return event.data.note;
    case 'RefundRequested':
    case 'PaymentRefunded':
    case 'RefundFailed':
      return event.data.reason;
    case 'PaymentChargedBack':
      return event.data.chargebackId;
    case 'StockReceived':
    case 'StockAdjusted':
    case 'StockReserved':
    case 'StockRejected':
    case 'StockReleased':
    case 'StockIssued':
    case 'StockBackordered':
    case 'BackorderFilled':
    case 'BackorderCancelled':
      return event.data.sku;
    case 'FraudReviewOpened':
    case 'CustomsDeclarationOpened':
      return event.data.orderId;
    case 'FraudReviewApproved':
    case 'FraudReviewRejected':
    case 'CustomsDeclarationCleared':
    case 'CustomsDeclarationRefused':
      return event.data.by;
    case 'FraudReviewEscalated':
    case 'CustomsDeclarationEscalated':
      return event.data.dueAt;
    case 'FraudReviewClosed':
    case 'CustomsDeclarationClosed':
      return event.data.reason;
  }
}
