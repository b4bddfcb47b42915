import * as z from 'zod';
import { currency, minorUnits, text } from '#domain/fields.ts';
import { defineEvent, type NewEventOf } from '#kit/events/event-definition.ts';

const payment = z.object({ orderId: text, customerId: text, amount: minorUnits, currency });

const sample = { orderId: 'ord-1', customerId: 'ada', amount: 129_900, currency: 'USD' };

/** The provider holds the money. `reference` is the provider's own id of the payment. */
export const paymentCaptured = defineEvent({
  eventType: 'PaymentCaptured',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: payment.extend({ reference: text }),
  samples: { 1: { ...sample, reference: 'ch_1' } },
});

export const paymentDeclined = defineEvent({
  eventType: 'PaymentDeclined',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: payment.extend({ reference: text, reason: text.exactOptional() }),
  samples: { 1: { ...sample, reference: 'ch_2', reason: 'insufficient_funds' } },
});

export const paymentRefunded = defineEvent({
  eventType: 'PaymentRefunded',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: payment.extend({ reason: text }),
  samples: { 1: { ...sample, reason: 'order_cancelled' } },
});

type Definition = typeof paymentCaptured | typeof paymentDeclined | typeof paymentRefunded;

export type PaymentEvent = NewEventOf<Definition>;
