import * as z from 'zod';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';

// A second aggregate beside the counter: its ids may be email addresses, and one of its events names a counter.

const text = z.string().min(1);

export const keeperRegistered = defineEvent({
  eventType: 'KeeperRegistered',
  aggregateType: 'keeper',
  schemaVersion: 1,
  schema: z.object({ name: text, email: text }),
  samples: { 1: { name: 'Ada Lovelace', email: 'ada@example.com' } },
});

export const keeperAssigned = defineEvent({
  eventType: 'KeeperAssigned',
  aggregateType: 'keeper',
  schemaVersion: 1,
  schema: z.object({ counterId: text }),
  samples: { 1: { counterId: 'c1' } },
});

type Definition = typeof keeperRegistered | typeof keeperAssigned;

export type KeeperEvent = NewEventOf<Definition>;
export type StoredKeeperEvent = StoredEventOf<Definition>;

export type KeeperState = { status: 'none' } | { status: 'registered'; counters: readonly string[] };

export function evolve(state: KeeperState, event: KeeperEvent): KeeperState {
  switch (event.eventType) {
    case 'KeeperRegistered':
      if (state.status !== 'none') throw new InvalidEventSequence(event.eventType, state.status);
      return { status: 'registered', counters: [] };
    case 'KeeperAssigned':
      if (state.status === 'none') throw new InvalidEventSequence(event.eventType, state.status);
      return { ...state, counters: [...state.counters, event.data.counterId] };
  }
}

export const keeperAggregate: Aggregate<KeeperState, never, KeeperEvent> = {
  type: 'keeper',
  initialState: { status: 'none' },
  decide: () => [],
  evolve,
};

export interface KeeperView {
  keeperId: string;
  name: string;
  counters: readonly string[];
  version: number;
}

export function keeperView(view: KeeperView | undefined, event: StoredKeeperEvent): KeeperView {
  const { version, aggregateId: keeperId } = event;
  if (event.eventType === 'KeeperRegistered') {
    return { keeperId, name: event.data.name, counters: [], version };
  }
  if (!view) throw new InvalidEventSequence(event.eventType, 'none');
  return { ...view, counters: [...view.counters, event.data.counterId], version };
}
