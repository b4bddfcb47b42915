import * as z from 'zod';
import { text } from '#domain/fields.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

export const customerRegistered = defineEvent({
  eventType: 'CustomerRegistered',
  aggregateType: 'customer',
  schemaVersion: 1,
  schema: z.object({ name: text, email: text }),
  samples: { 1: { name: 'Ada Lovelace', email: 'ada@example.com' } },
});

export const customerRenamed = defineEvent({
  eventType: 'CustomerRenamed',
  aggregateType: 'customer',
  schemaVersion: 1,
  schema: z.object({ name: text }),
  samples: { 1: { name: 'Ada King' } },
});

type Definition = typeof customerRegistered | typeof customerRenamed;

export type CustomerEvent = NewEventOf<Definition>;
export type StoredCustomerEvent = StoredEventOf<Definition>;
