import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineRules } from '#kit/events/command-rejected.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';

const text = z.string().min(1);
const count = z.int().positive();

// Events

const marks = z.array(z.object({ at: count, label: text }));
const started = z.object({ keeperId: text, name: text, marks, limit: count, unit: text });

export const counterStarted = defineEvent({
  eventType: 'CounterStarted',
  aggregateType: 'counter',
  schemaVersion: 2,
  schema: started,
  olderSchemas: { 1: started.omit({ unit: true }) },
  upcasters: { 1: (data) => ({ ...data, unit: 'pieces' }) },
  attributes: { limit: ({ limit }) => limit, unit: ({ unit }) => unit },
  samples: {
    1: { keeperId: 'ada', name: 'Visitors', marks: [{ at: 5, label: 'half' }], limit: 10 },
    2: { keeperId: 'ada', name: 'Visitors', marks: [{ at: 5, label: 'half' }], limit: 10, unit: 'people' },
  },
});

export const counterIncreased = defineEvent({
  eventType: 'CounterIncreased',
  aggregateType: 'counter',
  schemaVersion: 1,
  schema: z.object({ by: count }),
  samples: { 1: { by: 3 } },
});

export const counterClosed = defineEvent({
  eventType: 'CounterClosed',
  aggregateType: 'counter',
  schemaVersion: 1,
  schema: z.object({ reason: text }),
  samples: { 1: { reason: 'full' } },
});

/** A counter that nobody winds up again until then closes by itself. */
export const counterWoundUp = defineEvent({
  eventType: 'CounterWoundUp',
  aggregateType: 'counter',
  schemaVersion: 1,
  schema: z.object({ until: z.iso.datetime({ precision: 3 }).optional() }),
  dueAt: ({ until }) => until,
  samples: { 1: { until: '2026-11-23T10:00:00.000Z' } },
});

type Definition =
  | typeof counterStarted
  | typeof counterIncreased
  | typeof counterClosed
  | typeof counterWoundUp;

export type CounterEvent = NewEventOf<Definition>;
export type StoredCounterEvent = StoredEventOf<Definition>;

// State

export type CounterState =
  | { status: 'none' }
  | { status: 'open' | 'closed'; keeperId: string; limit: number; total: number; until?: string };

/** Throws InvalidEventSequence for an event that no history of commands can have led to. */
export function evolve(state: CounterState, event: CounterEvent): CounterState {
  if (event.eventType === 'CounterStarted') {
    if (state.status !== 'none') throw new InvalidEventSequence(event.eventType, state.status);
    const { keeperId, limit } = event.data;
    return { status: 'open', keeperId, limit, total: 0 };
  }
  if (state.status !== 'open') throw new InvalidEventSequence(event.eventType, state.status);
  switch (event.eventType) {
    case 'CounterIncreased':
      return { ...state, total: state.total + event.data.by };
    case 'CounterClosed':
      return { ...state, status: 'closed' };
    case 'CounterWoundUp': {
      const { until: _, ...rest } = state;
      const { until } = event.data;
      return until === undefined ? rest : { ...rest, until };
    }
  }
}

// Decisions

export const counterRules = defineRules({
  counter_already_started: 'This counter was started before.',
  counter_closed: 'This counter is closed.',
  counter_not_found: ['not-found', 'There is no such counter.'],
  limit_exceeded: ['invalid-input', 'This is more than the counter counts.'],
});

export type CounterCommand =
  | { type: 'start'; keeperId: string; limit: number }
  | { type: 'increase'; by: number }
  /** As many events as there are amounts. */
  | { type: 'increase-often'; amounts: readonly number[] }
  | { type: 'close'; reason: string }
  /** Without a time it closes no more by itself. */
  | { type: 'wind-up'; until?: string }
  | { type: 'run-down'; dueAt: string };

const increased = (by: number): CounterEvent => ({ eventType: 'CounterIncreased', data: { by } });

/** A command that already holds yields nothing: an increase by 0, closing a closed counter, and a deadline that is no longer this one. */
export function decide(command: CounterCommand, state: CounterState): CounterEvent[] {
  if (command.type === 'start') {
    if (state.status !== 'none') throw counterRules.reject('counter_already_started');
    const { keeperId, limit } = command;
    return [
      {
        eventType: 'CounterStarted',
        data: { keeperId, name: 'Visitors', marks: [], limit, unit: 'people' },
      },
    ];
  }
  if (state.status === 'none') throw counterRules.reject('counter_not_found');
  if (command.type === 'close') {
    return state.status === 'closed'
      ? []
      : [{ eventType: 'CounterClosed', data: { reason: command.reason } }];
  }
  if (command.type === 'run-down') {
    return state.status === 'open' && state.until === command.dueAt
      ? [{ eventType: 'CounterClosed', data: { reason: 'run down' } }]
      : [];
  }
  if (state.status === 'closed') throw counterRules.reject('counter_closed');
  if (command.type === 'wind-up') {
    const { until } = command;
    return [{ eventType: 'CounterWoundUp', data: until === undefined ? {} : { until } }];
  }
  const amounts = command.type === 'increase' ? [command.by] : command.amounts;
  const total = amounts.reduce((sum, by) => sum + by, state.total);
  if (total > state.limit) throw counterRules.reject('limit_exceeded');
  return amounts.filter((by) => by !== 0).map(increased);
}

export const counterAggregate: Aggregate<CounterState, CounterCommand, CounterEvent> = {
  type: 'counter',
  initialState: { status: 'none' },
  decide,
  evolve,
  onDue: (event, { dueAt }) =>
    event.eventType === 'CounterWoundUp' ? { type: 'run-down', dueAt } : undefined,
};

// View

export interface CounterView {
  counterId: string;
  keeperId: string;
  unit: string;
  status: 'open' | 'closed';
  total: number;
  startedAt: string;
  updatedAt: string;
  version: number;
}

export function counterView(view: CounterView | undefined, event: StoredCounterEvent): CounterView {
  const { version, aggregateId: counterId } = event;
  const updatedAt = event.metadata.timestamp;
  if (event.eventType === 'CounterStarted') {
    const { keeperId, unit } = event.data;
    return { counterId, keeperId, unit, status: 'open', total: 0, startedAt: updatedAt, updatedAt, version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  switch (event.eventType) {
    case 'CounterIncreased':
      return { ...view, total: view.total + event.data.by, updatedAt, version };
    case 'CounterClosed':
      return { ...view, status: 'closed', updatedAt, version };
    case 'CounterWoundUp':
      return { ...view, updatedAt, version };
  }
}
