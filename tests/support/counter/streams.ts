import type { StoredEvent } from '#kit/events/event.ts';
import { storedStreamAt } from '#tests/support/stored-stream.ts';
import { counterRegistry } from './application.ts';
import type { CounterEvent, StoredCounterEvent } from './counter.ts';
import type { KeeperEvent, StoredKeeperEvent } from './keeper.ts';

/** A counter's life, of which a test takes as much as it needs: its total is 5 in the end. */
export const counterLife = (keeperId = 'ada'): CounterEvent[] => [
  {
    eventType: 'CounterStarted',
    data: { keeperId, name: 'Visitors', marks: [{ at: 5, label: 'half' }], limit: 10, unit: 'people' },
  },
  { eventType: 'CounterIncreased', data: { by: 2 } },
  { eventType: 'CounterIncreased', data: { by: 3 } },
  { eventType: 'CounterClosed', data: { reason: 'full' } },
];

/** The first `events` events of a counter's life as they would be stored, a second apart. */
export const counterStream = (
  counterId: string,
  at: string,
  events = counterLife().length,
  keeperId = 'ada',
): StoredCounterEvent[] =>
  storedStreamAt(
    counterRegistry,
    at,
    'counter',
    counterId,
    counterLife(keeperId).slice(0, events),
  ) as StoredCounterEvent[];

/** A keeper's two events: registered, and given a counter. */
export const keeperStream = (keeperId: string, at: string, counterId = 'c1'): StoredKeeperEvent[] => {
  const life: KeeperEvent[] = [
    { eventType: 'KeeperRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
    { eventType: 'KeeperAssigned', data: { counterId } },
  ];
  return storedStreamAt(counterRegistry, at, 'keeper', keeperId, life) as StoredKeeperEvent[];
};

/** `counter-c1@2` */
export const placesOf = (events: readonly Partial<Pick<StoredEvent, 'streamId' | 'version'>>[]): string[] =>
  events.map(({ streamId, version }) => `${streamId}@${version}`);
