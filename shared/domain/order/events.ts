import * as z from 'zod';
import { country, currency, minorUnits, quantity, text } from '#domain/fields.ts';
import { toMajor } from '#domain/money.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

const orderItem = z.object({ sku: text, name: text, quantity, unitPrice: minorUnits });

const shippingAddress = z.object({
  line1: text,
  line2: text.exactOptional(),
  city: text,
  postalCode: text,
  country,
});

export type OrderItem = z.infer<typeof orderItem>;
export type ShippingAddress = z.infer<typeof shippingAddress>;

const created = {
  customerId: 'ada',
  items: [{ sku: 'LAPTOP-14', name: 'Laptop 14"', quantity: 1, unitPrice: 129_900 }],
  total: 129_900,
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

const createdV1 = z.object({
  customerId: text,
  items: z.array(orderItem).min(1),
  total: minorUnits,
  shippingAddress,
});

/** Money in minor units. `total` is stored, not derived: what the customer agreed to outlives any change of the sum. */
export const orderCreated = defineEvent({
  eventType: 'OrderCreated',
  aggregateType: 'order',
  schemaVersion: 2,
  schema: createdV1.extend({ currency }),
  olderSchemas: { 1: createdV1 },
  // v1 knew no other currency than the dollar.
  upcasters: { 1: (data) => ({ ...data, currency: 'USD' }) },
  attributes: {
    total: ({ total, currency }) => toMajor(total, currency),
    country: ({ shippingAddress }) => shippingAddress.country,
  },
  samples: { 1: created, 2: { ...created, currency: 'USD' } },
});

export const orderPaid = defineEvent({
  eventType: 'OrderPaid',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: z.object({ customerId: text, paymentId: text, amount: minorUnits, currency }),
  samples: { 1: { customerId: 'ada', paymentId: 'pay-1', amount: 129_900, currency: 'USD' } },
});

export const orderShipped = defineEvent({
  eventType: 'OrderShipped',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: z.object({ customerId: text, carrier: text, trackingNumber: text }),
  samples: { 1: { customerId: 'ada', carrier: 'UPS', trackingNumber: '1Z999AA10123456784' } },
});

export const orderDelivered = defineEvent({
  eventType: 'OrderDelivered',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: z.object({ customerId: text }),
  samples: { 1: { customerId: 'ada' } },
});

/**
 * Carries what its consumers would otherwise have to look up: the total (sales), the quantities, one entry
 * a SKU (inventory), and the payment if there was one (refund).
 */
export const orderCancelled = defineEvent({
  eventType: 'OrderCancelled',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: z.object({
    customerId: text,
    reason: text,
    total: minorUnits,
    currency,
    items: z.array(z.object({ sku: text, quantity })).min(1),
    paymentId: text.exactOptional(),
  }),
  samples: {
    1: {
      customerId: 'ada',
      reason: 'changed_my_mind',
      total: 129_900,
      currency: 'USD',
      items: [{ sku: 'LAPTOP-14', quantity: 1 }],
      paymentId: 'pay-1',
    },
  },
});

type Definition =
  | typeof orderCreated
  | typeof orderPaid
  | typeof orderShipped
  | typeof orderDelivered
  | typeof orderCancelled;

export type OrderEvent = NewEventOf<Definition>;
export type StoredOrderEvent = StoredEventOf<Definition>;
