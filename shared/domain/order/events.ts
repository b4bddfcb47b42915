import * as z from 'zod';
import { country, currency, isoTime, minorUnits, quantity, text } from '#domain/fields.ts';
import { toMajor } from '#domain/money.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

const orderLine = z.object({ sku: text, name: text, quantity, unitPrice: minorUnits });

/** `tracked`: its stock is counted. `backorder`: an order may wait for stock. Both as the catalogue had them. */
const orderItem = orderLine.extend({ tracked: z.boolean(), backorder: z.boolean() });

const shippingAddress = z.object({
  line1: text,
  line2: text.exactOptional(),
  city: text,
  postalCode: text,
  country,
});

/** What must be released before an order ships. */
export const HOLDS = ['stock', 'fraud', 'customs'] as const;
const holds = z.array(z.enum(HOLDS));

/** `prepaid`: by a deadline; `invoice`: without one; `none`: there is nothing to pay. */
const paymentTerms = z.enum(['prepaid', 'invoice', 'none']);

/** What an order took of a capture. */
const appliedCapture = z.object({ paymentId: text, captureId: text, amount: minorUnits });

export type OrderLine = z.infer<typeof orderLine>;
export type OrderItem = z.infer<typeof orderItem>;
export type ShippingAddress = z.infer<typeof shippingAddress>;
export type Hold = (typeof HOLDS)[number];
export type PaymentTerms = z.infer<typeof paymentTerms>;
export type AppliedCapture = z.infer<typeof appliedCapture>;

const line = { sku: 'LAPTOP-14', name: 'Laptop 14"', quantity: 1, unitPrice: 129_900 };

const created = {
  customerId: 'ada',
  items: [line],
  total: 129_900,
  shippingAddress: { line1: '1 Main St', city: 'Springfield', postalCode: '01101', country: 'US' },
};

const createdV1 = z.object({
  customerId: text,
  items: z.array(orderLine).min(1),
  total: minorUnits,
  shippingAddress,
});

const createdV2 = createdV1.extend({ currency });

/**
 * Money in minor units. `total` is stored, not derived: what the customer agreed to outlives any change of the sum.
 * `paymentDueAt` is only where `paymentTerms` are `prepaid`: until then the order waits for its payment.
 */
export const orderCreated = defineEvent({
  eventType: 'OrderCreated',
  aggregateType: 'order',
  schemaVersion: 3,
  schema: createdV2.extend({
    items: z.array(orderItem).min(1),
    holds,
    paymentTerms,
    paymentDueAt: isoTime.exactOptional(),
  }),
  olderSchemas: { 1: createdV1, 2: createdV2 },
  upcasters: {
    // v1 knew no other currency than the dollar.
    1: (data) => ({ ...data, currency: 'USD' }),
    // v2 held nothing back and waited for its payment without end.
    2: (data) => ({
      ...data,
      items: (data.items as object[]).map((item) => ({ ...item, tracked: true, backorder: false })),
      holds: [],
      paymentTerms: 'prepaid',
    }),
  },
  dueAt: ({ paymentDueAt }) => paymentDueAt,
  attributes: {
    total: ({ total, currency }) => toMajor(total, currency),
    country: ({ shippingAddress }) => shippingAddress.country,
  },
  samples: {
    1: created,
    2: { ...created, currency: 'USD' },
    3: {
      ...created,
      items: [{ ...line, tracked: true, backorder: false }],
      currency: 'USD',
      holds: ['stock', 'fraud'],
      paymentTerms: 'prepaid',
      paymentDueAt: '2026-01-02T00:00:00.000Z',
    },
  },
});

const paidV1 = z.object({ customerId: text, paymentId: text, amount: minorUnits, currency });
const paid = { customerId: 'ada', paymentId: 'pay-1', amount: 129_900, currency: 'USD' };

/** The capture that completes the total. `amount` is what the order took of it; what is above is refunded. */
export const orderPaid = defineEvent({
  eventType: 'OrderPaid',
  aggregateType: 'order',
  schemaVersion: 2,
  schema: paidV1.extend({ captureId: text }),
  olderSchemas: { 1: paidV1 },
  // A payment of v1 had one capture.
  upcasters: { 1: (data) => ({ ...data, captureId: data.paymentId }) },
  samples: { 1: paid, 2: { ...paid, captureId: 'ch_1:129900' } },
});

/** A capture that leaves the order short of its total. */
export const orderPaymentReceived = defineEvent({
  eventType: 'OrderPaymentReceived',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: paidV1.extend({ captureId: text }),
  samples: { 1: { ...paid, captureId: 'ch_1:100000', amount: 100_000 } },
});

/** `by` is who or what released it: a person's id, or `consumer:<name>`. */
export const orderHoldReleased = defineEvent({
  eventType: 'OrderHoldReleased',
  aggregateType: 'order',
  schemaVersion: 1,
  schema: z.object({ customerId: text, hold: z.enum(HOLDS), by: text }),
  samples: { 1: { customerId: 'ada', hold: 'fraud', by: 'grace' } },
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

const cancelledFacts = z.object({
  customerId: text,
  reason: text,
  total: minorUnits,
  currency,
  items: z.array(z.object({ sku: text, quantity })).min(1),
});

const cancelledV1 = cancelledFacts.extend({ paymentId: text.exactOptional() });

const cancelled = {
  customerId: 'ada',
  reason: 'changed_my_mind',
  total: 129_900,
  currency: 'USD',
  items: [{ sku: 'LAPTOP-14', quantity: 1 }],
};

/**
 * Carries what its consumers would otherwise have to look up: the total (sales), the quantities, one entry a SKU
 * (inventory), what the order took of its payments (refunds), and the holds that were still open.
 */
export const orderCancelled = defineEvent({
  eventType: 'OrderCancelled',
  aggregateType: 'order',
  schemaVersion: 2,
  schema: cancelledFacts.extend({ payments: z.array(appliedCapture), holds }),
  olderSchemas: { 1: cancelledV1 },
  // A paid order of v1 had one payment, of its total.
  upcasters: {
    1: ({ paymentId, ...data }) => ({
      ...data,
      payments: paymentId === undefined ? [] : [{ paymentId, captureId: paymentId, amount: data.total }],
      holds: [],
    }),
  },
  samples: {
    1: { ...cancelled, paymentId: 'pay-1' },
    2: {
      ...cancelled,
      payments: [{ paymentId: 'pay-1', captureId: 'ch_1:129900', amount: 129_900 }],
      holds: ['fraud'],
    },
  },
});

type Definition =
  | typeof orderCreated
  | typeof orderPaymentReceived
  | typeof orderPaid
  | typeof orderHoldReleased
  | typeof orderShipped
  | typeof orderDelivered
  | typeof orderCancelled;

export type OrderEvent = NewEventOf<Definition>;
export type StoredOrderEvent = StoredEventOf<Definition>;
