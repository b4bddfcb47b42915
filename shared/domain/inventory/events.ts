import * as z from 'zod';
import { quantity, text } from '#domain/fields.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

// What happens to orders holds many of them: those that were decided together are appended together.

const ofOrder = z.object({ orderId: text, quantity });
const ofOrders = z.object({ sku: text, orders: z.array(ofOrder).min(1) });

/** One order's part in an event. */
export type OrderQuantity = z.infer<typeof ofOrder>;

const ofOneOrder = z.object({ sku: text, orderId: text, quantity });

/** v1 had one order. */
const toOrders = ({ sku, ...order }: Record<string, unknown>) => ({ sku, orders: [order] });

const sku = 'LAPTOP-14';
const sampleOfOne = { sku, orderId: 'ord-1', quantity: 2 };
const sample = { sku, orders: [{ orderId: 'ord-1', quantity: 2 }] };

export const stockReceived = defineEvent({
  eventType: 'StockReceived',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: z.object({ sku: text, quantity }),
  samples: { 1: { sku, quantity: 10 } },
});

/** The books were wrong by so many: more than 0 where there was more than they said, less where there was less. */
export const stockAdjusted = defineEvent({
  eventType: 'StockAdjusted',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: z.object({ sku: text, by: z.int(), reason: text }),
  samples: { 1: { sku, by: -1, reason: 'damaged' } },
});

export const stockReserved = defineEvent({
  eventType: 'StockReserved',
  aggregateType: 'inventory',
  schemaVersion: 2,
  schema: ofOrders,
  olderSchemas: { 1: ofOneOrder },
  upcasters: { 1: toOrders },
  samples: { 1: sampleOfOne, 2: sample },
});

const rejectedOrder = ofOrder.extend({ available: z.int().nonnegative() });

/** There was less than the order asked for; `available` is what there was. Nothing was taken. */
export const stockRejected = defineEvent({
  eventType: 'StockRejected',
  aggregateType: 'inventory',
  schemaVersion: 2,
  schema: z.object({ sku: text, orders: z.array(rejectedOrder).min(1) }),
  olderSchemas: { 1: ofOneOrder.extend({ available: z.int().nonnegative() }) },
  upcasters: { 1: toOrders },
  samples: {
    1: { ...sampleOfOne, available: 1 },
    2: { sku, orders: [{ orderId: 'ord-1', quantity: 2, available: 1 }] },
  },
});

/** All that the order had reserved went back. */
export const stockReleased = defineEvent({
  eventType: 'StockReleased',
  aggregateType: 'inventory',
  schemaVersion: 2,
  schema: ofOrders,
  olderSchemas: { 1: ofOneOrder },
  upcasters: { 1: toOrders },
  samples: { 1: sampleOfOne, 2: sample },
});

/** What the order had reserved left the warehouse with it. */
export const stockIssued = defineEvent({
  eventType: 'StockIssued',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: ofOrders,
  samples: { 1: sample },
});

/** There was less than the order asked for, and it waits until there is enough. Nothing was taken. */
export const stockBackordered = defineEvent({
  eventType: 'StockBackordered',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: ofOrders,
  samples: { 1: sample },
});

/** What waited is reserved; in the append that made it possible, oldest first. */
export const backorderFilled = defineEvent({
  eventType: 'BackorderFilled',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: ofOrders,
  samples: { 1: sample },
});

/** What waited does so no more: its order was cancelled. */
export const backorderCancelled = defineEvent({
  eventType: 'BackorderCancelled',
  aggregateType: 'inventory',
  schemaVersion: 1,
  schema: ofOrders,
  samples: { 1: sample },
});

type Definition =
  | typeof stockReceived
  | typeof stockAdjusted
  | typeof stockReserved
  | typeof stockRejected
  | typeof stockReleased
  | typeof stockIssued
  | typeof stockBackordered
  | typeof backorderFilled
  | typeof backorderCancelled;

export type InventoryEvent = NewEventOf<Definition>;
export type StoredInventoryEvent = StoredEventOf<Definition>;
