import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { text } from './fields.ts';

// Events

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

export const customerEmailChanged = defineEvent({
  eventType: 'CustomerEmailChanged',
  aggregateType: 'customer',
  schemaVersion: 1,
  schema: z.object({ email: text }),
  samples: { 1: { email: 'ada@lovelace.example' } },
});

type Definition = typeof customerRegistered | typeof customerRenamed | typeof customerEmailChanged;

export type CustomerEvent = NewEventOf<Definition>;
export type StoredCustomerEvent = StoredEventOf<Definition>;

// State

export type CustomerState =
  | { status: 'none' }
  | { status: 'registered'; name: string; email: string; changes: number };

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  switch (event.eventType) {
    case 'CustomerRegistered':
      if (state.status !== 'none') throw new InvalidEventSequence(event.eventType, state.status);
      return { status: 'registered', name: event.data.name, email: event.data.email, changes: 0 };
    case 'CustomerRenamed':
      if (state.status === 'none') throw new InvalidEventSequence(event.eventType, state.status);
      return { ...state, name: event.data.name, changes: state.changes + 1 };
    case 'CustomerEmailChanged':
      if (state.status === 'none') throw new InvalidEventSequence(event.eventType, state.status);
      return { ...state, email: event.data.email, changes: state.changes + 1 };
  }
}

// Decisions

/** Clients know the rules by name: never rename one. */
export const customerRules = defineRules({
  customer_already_registered: 'This customer is already registered.',
  customer_not_found: ['not-found', 'There is no such customer.'],
  customer_changed_too_often: 'The name and email of a customer can be changed 200 times.',
});

export type CustomerCommand =
  | { type: 'register'; name: string; email: string }
  | { type: 'change'; name?: string | undefined; email?: string | undefined };

/** Every command reads the whole stream, and the owner of an account may send as many as they like. */
const MAX_CHANGES = 200;

/** A change to what already is yields nothing; one of name and email yields an event each. */
export function decide(command: CustomerCommand, state: CustomerState): CustomerEvent[] {
  switch (command.type) {
    case 'register':
      if (state.status !== 'none') throw customerRules.reject('customer_already_registered');
      return [{ eventType: 'CustomerRegistered', data: { name: command.name, email: command.email } }];
    case 'change': {
      if (state.status === 'none') throw customerRules.reject('customer_not_found');
      const { name = state.name, email = state.email } = command;
      const events: CustomerEvent[] = [];
      if (name !== state.name) events.push({ eventType: 'CustomerRenamed', data: { name } });
      if (email !== state.email) events.push({ eventType: 'CustomerEmailChanged', data: { email } });
      if (events.length > 0 && state.changes + events.length > MAX_CHANGES)
        throw customerRules.reject('customer_changed_too_often');
      return events;
    }
  }
}

export const customerAggregate: Aggregate<CustomerState, CustomerCommand, CustomerEvent> = {
  type: 'customer',
  initialState: { status: 'none' },
  decide,
  evolve,
};

// View

/** A customer as queries show them. Times are ISO 8601, taken from the events. */
export interface CustomerView {
  customerId: string;
  name: string;
  email: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/**
 * Applies the next event of a customer's stream; `undefined` is the view before the first. Whether `event`
 * is the next is the caller's business. Throws InvalidEventSequence when the stream does not begin with the registration.
 */
export function customerView(view: CustomerView | undefined, event: StoredCustomerEvent): CustomerView {
  const { version, aggregateId: customerId } = event;
  const at = event.metadata.timestamp;
  if (event.eventType === 'CustomerRegistered') {
    const { name, email } = event.data;
    return { customerId, name, email, createdAt: at, updatedAt: at, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  switch (event.eventType) {
    case 'CustomerRenamed':
      return { ...view, name: event.data.name, updatedAt: at, version };
    case 'CustomerEmailChanged':
      return { ...view, email: event.data.email, updatedAt: at, version };
  }
}
