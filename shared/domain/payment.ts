import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { currency, minorUnits, text } from './fields.ts';

// Events

const facts = z.object({ orderId: text, customerId: text, amount: minorUnits, currency });

const sample = { orderId: 'ord-1', customerId: 'ada', amount: 129_900, currency: 'USD' };

/** The provider holds the money. `reference` is the provider's own id of the payment; `provider` is absent where there is only one. */
export const paymentCaptured = defineEvent({
  eventType: 'PaymentCaptured',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: facts.extend({ reference: text, provider: text.exactOptional() }),
  samples: { 1: { ...sample, reference: 'ch_1' } },
});

export const paymentDeclined = defineEvent({
  eventType: 'PaymentDeclined',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: facts.extend({ reference: text, provider: text.exactOptional(), reason: text.exactOptional() }),
  samples: { 1: { ...sample, reference: 'ch_2', reason: 'insufficient_funds' } },
});

export const paymentRefunded = defineEvent({
  eventType: 'PaymentRefunded',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: facts.extend({ reason: text }),
  samples: { 1: { ...sample, reason: 'order_cancelled' } },
});

type Definition = typeof paymentCaptured | typeof paymentDeclined | typeof paymentRefunded;

export type PaymentEvent = NewEventOf<Definition>;

// State

/** Amount in minor units. `reference` is the provider's own id of the payment. */
export interface PaymentFacts {
  orderId: string;
  customerId: string;
  amount: number;
  currency: string;
  reference: string;
  provider?: string;
}

export type PaymentState =
  | { status: 'none' }
  | (PaymentFacts & { status: 'captured' })
  | (PaymentFacts & { status: 'declined'; reason?: string })
  | (PaymentFacts & { status: 'refunded' });

export type PaymentStatus = Exclude<PaymentState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.eventType) {
    case 'PaymentCaptured':
      if (state.status !== 'none') break;
      return { ...event.data, status: 'captured' };
    case 'PaymentDeclined':
      if (state.status !== 'none') break;
      return { ...event.data, status: 'declined' };
    case 'PaymentRefunded':
      if (state.status !== 'captured') break;
      return { ...state, status: 'refunded' };
    default:
      event satisfies never;
  }
  throw new InvalidEventSequence(event.eventType, state.status);
}

// Decisions

/** Clients know the rules by name: never rename one. */
export const paymentRules = defineRules({
  payment_already_recorded: 'This payment has already been recorded, with another content.',
  payment_not_found: ['not-found', 'There is no such payment.'],
  payment_declined: 'This payment was declined: there is nothing to refund.',
  payment_already_refunded: 'This payment has already been refunded.',
});

/** What a payment provider reports. Amount in minor units; `reason` is why it was declined. */
export interface RecordPayment extends PaymentFacts {
  type: 'record';
  outcome: 'captured' | 'declined';
  reason?: string;
}

export type PaymentCommand = RecordPayment | { type: 'refund'; reason: string };

/** Providers report more than once: the same report again yields nothing, another one breaks a rule. */
export function decide(command: PaymentCommand, state: PaymentState): PaymentEvent[] {
  switch (command.type) {
    case 'record':
      if (state.status === 'none') return [recorded(command)];
      if (!repeats(command, state)) throw paymentRules.reject('payment_already_recorded');
      return [];
    case 'refund':
      return refund(command.reason, state);
  }
}

function recorded({ outcome, reason, ...report }: RecordPayment): PaymentEvent {
  const data = factsOf(report);
  if (outcome === 'captured') return { eventType: 'PaymentCaptured', data };
  return { eventType: 'PaymentDeclined', data: reason === undefined ? data : { ...data, reason } };
}

function refund(reason: string, payment: PaymentState): PaymentEvent[] {
  switch (payment.status) {
    case 'none':
      throw paymentRules.reject('payment_not_found');
    case 'captured': {
      const { orderId, customerId, amount, currency } = payment;
      return [{ eventType: 'PaymentRefunded', data: { orderId, customerId, amount, currency, reason } }];
    }
    case 'declined':
      throw paymentRules.reject('payment_declined');
    case 'refunded':
      throw paymentRules.reject('payment_already_refunded');
  }
}

function repeats(report: RecordPayment, payment: Exclude<PaymentState, { status: 'none' }>): boolean {
  const outcome = payment.status === 'declined' ? 'declined' : 'captured';
  return (
    report.outcome === outcome &&
    report.orderId === payment.orderId &&
    report.customerId === payment.customerId &&
    report.amount === payment.amount &&
    report.currency === payment.currency &&
    report.reference === payment.reference &&
    report.provider === payment.provider
  );
}

const factsOf = ({
  orderId,
  customerId,
  amount,
  currency,
  reference,
  provider,
}: PaymentFacts): PaymentFacts => ({
  orderId,
  customerId,
  amount,
  currency,
  reference,
  ...(provider === undefined ? {} : { provider }),
});

export const paymentAggregate: Aggregate<PaymentState, PaymentCommand, PaymentEvent> = {
  type: 'payment',
  initialState: { status: 'none' },
  decide,
  evolve,
};
