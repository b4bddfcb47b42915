import { describe, expect, it } from '@jest/globals';
import { eventDefinitions, registry } from '#domain/index.ts';

const v1 = {
  streamId: 'order-o-1',
  version: 1,
  eventId: '0192f000-0000-7000-8000-000000000001',
  aggregateType: 'order',
  aggregateId: 'o-1',
  eventType: 'OrderCreated',
  schemaVersion: 1,
  data: eventDefinitions.OrderCreated.samples[1] as Record<string, unknown>,
  metadata: {
    userId: 'ada',
    timestamp: '2026-01-01T00:00:00.000Z',
    correlationId: 'c',
    causationId: 'r',
    commandId: 'k',
  },
};

const lifted = {
  ...v1.data,
  items: [
    {
      sku: 'LAPTOP-14',
      name: 'Laptop 14"',
      quantity: 1,
      unitPrice: 129_900,
      tracked: true,
      backorder: false,
    },
  ],
  currency: 'USD',
  holds: [],
  paymentTerms: 'prepaid',
};

describe('an old event', () => {
  it('is lifted to the current shape: OrderCreated v1 was in dollars', () => {
    expect(registry.upcast(v1)).toEqual({ ...v1, schemaVersion: 3, data: lifted });
  });

  it('keeps its currency from v2 on, holds nothing back and waits for its payment without end', () => {
    const v2 = { ...v1, schemaVersion: 2, data: { ...v1.data, currency: 'EUR' } };
    expect(registry.upcast(v2)).toEqual({ ...v2, schemaVersion: 3, data: { ...lifted, currency: 'EUR' } });
  });
});
