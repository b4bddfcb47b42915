import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { country, currency, isoTime, minorUnits, quantity, text } from './fields.ts';

// Events

const opened = z.object({
  orderId: text,
  customerId: text,
  country,
  currency,
  value: minorUnits,
  items: z.array(z.object({ sku: text, name: text, quantity, unitPrice: minorUnits })).min(1),
  dueAt: isoTime,
});

const DUE = '2026-01-02T00:00:00.000Z';

/**
 * Money in minor units. `country` is where the goods go; `dueAt` is when a declaration that nobody has decided is
 * escalated.
 */
export const customsDeclarationOpened = defineEvent({
  eventType: 'CustomsDeclarationOpened',
  aggregateType: 'customs-declaration',
  schemaVersion: 1,
  schema: opened,
  dueAt: ({ dueAt }) => dueAt,
  samples: {
    1: {
      orderId: 'ord-1',
      customerId: 'ada',
      country: 'FR',
      currency: 'USD',
      value: 2_500,
      items: [{ sku: 'TEA-01', name: 'Green tea', quantity: 2, unitPrice: 1_250 }],
      dueAt: DUE,
    },
  },
});

/** `by` is the id of the person who decided. */
const decision = z.object({ by: text, note: text });

export const customsDeclarationCleared = defineEvent({
  eventType: 'CustomsDeclarationCleared',
  aggregateType: 'customs-declaration',
  schemaVersion: 1,
  schema: decision,
  samples: { 1: { by: 'grace', note: 'Accepted as MRN 26FR1.' } },
});

export const customsDeclarationRefused = defineEvent({
  eventType: 'CustomsDeclarationRefused',
  aggregateType: 'customs-declaration',
  schemaVersion: 1,
  schema: decision,
  samples: { 1: { by: 'grace', note: 'Embargo.' } },
});

/** Nobody has decided by `dueAt`. */
export const customsDeclarationEscalated = defineEvent({
  eventType: 'CustomsDeclarationEscalated',
  aggregateType: 'customs-declaration',
  schemaVersion: 1,
  schema: z.object({ dueAt: isoTime, country }),
  samples: { 1: { dueAt: DUE, country: 'FR' } },
});

/** Nobody needs to decide any more, for instance because the order was cancelled. */
export const customsDeclarationClosed = defineEvent({
  eventType: 'CustomsDeclarationClosed',
  aggregateType: 'customs-declaration',
  schemaVersion: 1,
  schema: z.object({ reason: text }),
  samples: { 1: { reason: 'order_cancelled' } },
});

type Definition =
  | typeof customsDeclarationOpened
  | typeof customsDeclarationCleared
  | typeof customsDeclarationRefused
  | typeof customsDeclarationEscalated
  | typeof customsDeclarationClosed;

export type CustomsDeclarationEvent = NewEventOf<Definition>;
export type StoredCustomsDeclarationEvent = StoredEventOf<Definition>;

// State

type Opened = z.infer<typeof opened>;
type Decision = z.infer<typeof decision>;

export type CustomsDeclarationState =
  | { status: 'none' }
  | (Pick<Opened, 'dueAt' | 'country'> & { status: 'open'; isEscalated: boolean })
  | (Decision & { status: 'cleared' | 'refused' })
  | { status: 'closed' };

export type CustomsDeclarationStatus = Exclude<CustomsDeclarationState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(
  state: CustomsDeclarationState,
  event: CustomsDeclarationEvent,
): CustomsDeclarationState {
  if (event.eventType === 'CustomsDeclarationOpened') {
    if (state.status !== 'none') throw new InvalidEventSequence(event.eventType, state.status);
    const { dueAt, country } = event.data;
    return { status: 'open', dueAt, country, isEscalated: false };
  }
  if (state.status !== 'open') throw new InvalidEventSequence(event.eventType, state.status);
  switch (event.eventType) {
    case 'CustomsDeclarationCleared':
      return { ...event.data, status: 'cleared' };
    case 'CustomsDeclarationRefused':
      return { ...event.data, status: 'refused' };
    case 'CustomsDeclarationEscalated':
      return { ...state, isEscalated: true };
    case 'CustomsDeclarationClosed':
      return { status: 'closed' };
  }
}

// Decisions

/** Clients know the rules by name: never rename one. */
export const customsDeclarationRules = defineRules({
  customs_declaration_not_found: ['not-found', 'There is no customs declaration of this order.'],
  customs_declaration_already_decided: 'This customs declaration has already been decided.',
  customs_declaration_closed:
    'This customs declaration was closed, because its order no longer waits for it.',
});

export type CustomsDeclarationCommand =
  | (Opened & { type: 'open' })
  | (Decision & { type: 'clear' | 'refuse' })
  /** The deadline of the decision has passed. */
  | { type: 'escalate'; dueAt: string }
  | { type: 'close'; reason: string };

/** An escalated declaration can still be decided. The same decision by the same person with the same note yields nothing. */
export function decide(
  command: CustomsDeclarationCommand,
  state: CustomsDeclarationState,
): CustomsDeclarationEvent[] {
  switch (command.type) {
    case 'open': {
      const { type: _, ...data } = command;
      return state.status === 'none' ? [{ eventType: 'CustomsDeclarationOpened', data }] : [];
    }
    case 'clear':
      return decideAs('cleared', command, state);
    case 'refuse':
      return decideAs('refused', command, state);
    case 'escalate': {
      if (state.status !== 'open' || state.isEscalated || state.dueAt !== command.dueAt) return [];
      const { dueAt, country } = state;
      return [{ eventType: 'CustomsDeclarationEscalated', data: { dueAt, country } }];
    }
    case 'close':
      if (state.status !== 'open') return [];
      return [{ eventType: 'CustomsDeclarationClosed', data: { reason: command.reason } }];
  }
}

function decideAs(
  outcome: 'cleared' | 'refused',
  { by, note }: Decision,
  state: CustomsDeclarationState,
): CustomsDeclarationEvent[] {
  switch (state.status) {
    case 'none':
      throw customsDeclarationRules.reject('customs_declaration_not_found');
    case 'closed':
      throw customsDeclarationRules.reject('customs_declaration_closed');
    case 'open': {
      const eventType = outcome === 'cleared' ? 'CustomsDeclarationCleared' : 'CustomsDeclarationRefused';
      return [{ eventType, data: { by, note } }];
    }
    default:
      if (state.status === outcome && state.by === by && state.note === note) return [];
      throw customsDeclarationRules.reject('customs_declaration_already_decided');
  }
}

/** The declaration of one order; its id is the order's. */
export const customsDeclarationAggregate: Aggregate<
  CustomsDeclarationState,
  CustomsDeclarationCommand,
  CustomsDeclarationEvent
> = {
  type: 'customs-declaration',
  initialState: { status: 'none' },
  decide,
  evolve,
  onDue: ({ eventType, data }) =>
    eventType === 'CustomsDeclarationOpened' ? { type: 'escalate', dueAt: data.dueAt } : undefined,
};

// View

/** A declaration as queries show it; neither name nor address: the order has them. Money in minor units, times in ISO 8601. */
export interface CustomsDeclarationView extends Opened {
  status: CustomsDeclarationStatus;
  createdAt: string;
  updatedAt: string;
  escalatedAt?: string;
  decidedAt?: string;
  decidedBy?: string;
  note?: string;
  closedReason?: string;
  version: number;
}

/**
 * Applies the next event of a declaration's stream; `undefined` is the view before the first. Whether `event` is the
 * next is the caller's business. Throws InvalidEventSequence when the stream does not begin with CustomsDeclarationOpened.
 */
export function customsDeclarationView(
  view: CustomsDeclarationView | undefined,
  event: StoredCustomsDeclarationEvent,
): CustomsDeclarationView {
  const { version } = event;
  const at = event.metadata.timestamp;
  if (event.eventType === 'CustomsDeclarationOpened') {
    return { ...event.data, status: 'open', createdAt: at, updatedAt: at, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  const next = { ...view, updatedAt: at, version };
  const decided = ({ by, note }: Decision) => ({ decidedAt: at, decidedBy: by, note });
  switch (event.eventType) {
    case 'CustomsDeclarationCleared':
      return { ...next, ...decided(event.data), status: 'cleared' };
    case 'CustomsDeclarationRefused':
      return { ...next, ...decided(event.data), status: 'refused' };
    case 'CustomsDeclarationEscalated':
      return { ...next, escalatedAt: at };
    case 'CustomsDeclarationClosed':
      return { ...next, status: 'closed', closedReason: event.data.reason };
  }
}
