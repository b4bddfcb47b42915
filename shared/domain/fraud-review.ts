import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { country, currency, isoTime, minorUnits, text } from './fields.ts';

// Events

const level = z.enum(['low', 'medium', 'high']);
const score = z.int().min(0).max(100);

const opened = z.object({
  orderId: text,
  customerId: text,
  total: minorUnits,
  currency,
  country,
  score,
  level,
  reasons: z.array(z.object({ rule: text, points: z.int().positive() })),
  dueAt: isoTime,
});

const DUE = '2026-01-02T00:00:00.000Z';

/** Money in minor units. `country` is where the order goes; `dueAt` is when a review that nobody has decided is escalated. */
export const fraudReviewOpened = defineEvent({
  eventType: 'FraudReviewOpened',
  aggregateType: 'fraud-review',
  schemaVersion: 1,
  schema: opened,
  dueAt: ({ dueAt }) => dueAt,
  samples: {
    1: {
      orderId: 'ord-1',
      customerId: 'ada',
      total: 129_900,
      currency: 'USD',
      country: 'US',
      score: 20,
      level: 'low',
      reasons: [{ rule: 'high_value', points: 20 }],
      dueAt: DUE,
    },
  },
});

/** `by` is the id of the person who decided. */
const decision = z.object({ by: text, note: text });

export const fraudReviewApproved = defineEvent({
  eventType: 'FraudReviewApproved',
  aggregateType: 'fraud-review',
  schemaVersion: 1,
  schema: decision,
  samples: { 1: { by: 'grace', note: 'Known customer.' } },
});

export const fraudReviewRejected = defineEvent({
  eventType: 'FraudReviewRejected',
  aggregateType: 'fraud-review',
  schemaVersion: 1,
  schema: decision,
  samples: { 1: { by: 'grace', note: 'Stolen card.' } },
});

/** Nobody has decided by `dueAt`. */
export const fraudReviewEscalated = defineEvent({
  eventType: 'FraudReviewEscalated',
  aggregateType: 'fraud-review',
  schemaVersion: 1,
  schema: z.object({ dueAt: isoTime, score, level }),
  samples: { 1: { dueAt: DUE, score: 20, level: 'low' } },
});

/** Nobody needs to decide any more, for instance because the order was cancelled. */
export const fraudReviewClosed = defineEvent({
  eventType: 'FraudReviewClosed',
  aggregateType: 'fraud-review',
  schemaVersion: 1,
  schema: z.object({ reason: text }),
  samples: { 1: { reason: 'order_cancelled' } },
});

type Definition =
  | typeof fraudReviewOpened
  | typeof fraudReviewApproved
  | typeof fraudReviewRejected
  | typeof fraudReviewEscalated
  | typeof fraudReviewClosed;

export type FraudReviewEvent = NewEventOf<Definition>;
export type StoredFraudReviewEvent = StoredEventOf<Definition>;

// State

type Opened = z.infer<typeof opened>;
type Decision = z.infer<typeof decision>;

export type FraudReviewState =
  | { status: 'none' }
  | (Pick<Opened, 'dueAt' | 'score' | 'level'> & { status: 'open'; isEscalated: boolean })
  | (Decision & { status: 'approved' | 'rejected' })
  | { status: 'closed' };

export type FraudReviewStatus = Exclude<FraudReviewState['status'], 'none'>;

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: FraudReviewState, event: FraudReviewEvent): FraudReviewState {
  if (event.eventType === 'FraudReviewOpened') {
    if (state.status !== 'none') throw new InvalidEventSequence(event.eventType, state.status);
    const { dueAt, score, level } = event.data;
    return { status: 'open', dueAt, score, level, isEscalated: false };
  }
  if (state.status !== 'open') throw new InvalidEventSequence(event.eventType, state.status);
  switch (event.eventType) {
    case 'FraudReviewApproved':
      return { ...event.data, status: 'approved' };
    case 'FraudReviewRejected':
      return { ...event.data, status: 'rejected' };
    case 'FraudReviewEscalated':
      return { ...state, isEscalated: true };
    case 'FraudReviewClosed':
      return { status: 'closed' };
  }
}

// Decisions

/** Clients know the rules by name: never rename one. */
export const fraudReviewRules = defineRules({
  fraud_review_not_found: ['not-found', 'There is no fraud review of this order.'],
  fraud_review_already_decided: 'This fraud review has already been decided.',
  fraud_review_closed: 'This fraud review was closed, because its order no longer waits for it.',
});

export type FraudReviewCommand =
  | (Opened & { type: 'open' })
  | (Decision & { type: 'approve' | 'reject' })
  /** The deadline of the decision has passed. */
  | { type: 'escalate'; dueAt: string }
  | { type: 'close'; reason: string };

/** An escalated review can still be decided. The same decision by the same person with the same note yields nothing. */
export function decide(command: FraudReviewCommand, state: FraudReviewState): FraudReviewEvent[] {
  switch (command.type) {
    case 'open': {
      const { type: _, ...data } = command;
      return state.status === 'none' ? [{ eventType: 'FraudReviewOpened', data }] : [];
    }
    case 'approve':
      return decideAs('approved', command, state);
    case 'reject':
      return decideAs('rejected', command, state);
    case 'escalate': {
      if (state.status !== 'open' || state.isEscalated || state.dueAt !== command.dueAt) return [];
      const { dueAt, score, level } = state;
      return [{ eventType: 'FraudReviewEscalated', data: { dueAt, score, level } }];
    }
    case 'close':
      if (state.status !== 'open') return [];
      return [{ eventType: 'FraudReviewClosed', data: { reason: command.reason } }];
  }
}

function decideAs(
  outcome: 'approved' | 'rejected',
  { by, note }: Decision,
  state: FraudReviewState,
): FraudReviewEvent[] {
  switch (state.status) {
    case 'none':
      throw fraudReviewRules.reject('fraud_review_not_found');
    case 'closed':
      throw fraudReviewRules.reject('fraud_review_closed');
    case 'open': {
      const eventType = outcome === 'approved' ? 'FraudReviewApproved' : 'FraudReviewRejected';
      return [{ eventType, data: { by, note } }];
    }
    default:
      if (state.status === outcome && state.by === by && state.note === note) return [];
      throw fraudReviewRules.reject('fraud_review_already_decided');
  }
}

/** The review of one order; its id is the order's. */
export const fraudReviewAggregate: Aggregate<FraudReviewState, FraudReviewCommand, FraudReviewEvent> = {
  type: 'fraud-review',
  initialState: { status: 'none' },
  decide,
  evolve,
  onDue: ({ eventType, data }) =>
    eventType === 'FraudReviewOpened' ? { type: 'escalate', dueAt: data.dueAt } : undefined,
};

// View

/** A review as queries show it; neither name nor address: the order has them. Money in minor units, times in ISO 8601. */
export interface FraudReviewView extends Opened {
  status: FraudReviewStatus;
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
 * Applies the next event of a review's stream; `undefined` is the view before the first. Whether `event` is the next is
 * the caller's business. Throws InvalidEventSequence when the stream does not begin with FraudReviewOpened.
 */
export function fraudReviewView(
  view: FraudReviewView | undefined,
  event: StoredFraudReviewEvent,
): FraudReviewView {
  const { version } = event;
  const at = event.metadata.timestamp;
  if (event.eventType === 'FraudReviewOpened') {
    return { ...event.data, status: 'open', createdAt: at, updatedAt: at, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  const next = { ...view, updatedAt: at, version };
  const decided = ({ by, note }: Decision) => ({ decidedAt: at, decidedBy: by, note });
  switch (event.eventType) {
    case 'FraudReviewApproved':
      return { ...next, ...decided(event.data), status: 'approved' };
    case 'FraudReviewRejected':
      return { ...next, ...decided(event.data), status: 'rejected' };
    case 'FraudReviewEscalated':
      return { ...next, escalatedAt: at };
    case 'FraudReviewClosed':
      return { ...next, status: 'closed', closedReason: event.data.reason };
  }
}
