import * as z from 'zod';
import { quantity, text } from '#domain/fields.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

const forOrder = z.object({ sku: text, orderId: text, quantity });

const sample = { sku: 'LAPTOP-14', orderId: 'ord-1', quantity: 2 };

export const stockReceived = defineEvent({
  eventType: 'StockReceived',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: z.object({ sku: text, quantity }),
  samples: { 1: { sku: 'LAPTOP-14', quantity: 10 } },
});

export const stockReserved = defineEvent({
  eventType: 'StockReserved',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder,
  samples: { 1: sample },
});

/** There was less than the order asked for; `available` is what there was. Nothing was taken. */
export const stockRejected = defineEvent({
  eventType: 'StockRejected',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder.extend({ available: z.int().nonnegative() }),
  samples: { 1: { ...sample, available: 1 } },
});

/** All that the order had reserved went back. */
export const stockReleased = defineEvent({
  eventType: 'StockReleased',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: forOrder,
  samples: { 1: sample },
});

type Definition = typeof stockReceived | typeof stockReserved | typeof stockRejected | typeof stockReleased;

export type InventoryEvent = NewEventOf<Definition>;
export type StoredInventoryEvent = StoredEventOf<Definition>;
