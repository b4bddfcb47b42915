import { expect } from '@jest/globals';
import type { Aggregate, Due } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { NewEvent } from '#kit/events/event.ts';
import type { EventRegistry } from '#kit/events/registry.ts';
import { thrownBy } from './thrown-by.ts';

/**
 * `given(...events).when(command).thenEvents(...events)`, `.thenNothing()` or `.thenRejected(rule)`, over the
 * real aggregate. What it decides must also be fit to append, and to fold back into the state. `.whenDue()` instead of
 * `.when(command)` moves the clock to the deadline that the newest of the events has set.
 */
export function specificationOf<State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
  { dueAt, checkNewEvent }: Pick<EventRegistry, 'dueAt' | 'checkNewEvent'>,
) {
  return (...history: Event[]) => {
    const state = history.reduce(aggregate.evolve, aggregate.initialState);
    const expecting = (decide: () => Event[]) => ({
      thenEvents: (...expected: [Event, ...Event[]]) => {
        const decided = decide();
        expect(decided).toEqual(expected);
        decided.forEach(checkNewEvent);
        decided.reduce(aggregate.evolve, state);
      },
      thenNothing: () => expect(decide()).toEqual([]),
      thenRejected: (rule: string) => {
        const rejection = thrownBy(decide);
        expect(rejection).toBeInstanceOf(CommandRejected);
        expect(rejection).toMatchObject({ rule, message: expect.stringMatching(/^[A-Z].+\.$/) });
      },
    });
    return {
      when: (command: Command) => expecting(() => aggregate.decide(command, state)),
      /**
       * Fires the deadline of the newest event that has one, or of the newest of type `of`; at its due time, or `lateMs`
       * after it. Throws where none has one.
       */
      whenDue: ({ of, lateMs = 0 }: { of?: Event['eventType']; lateMs?: number } = {}) => {
        const at = history.findLastIndex(
          (event) => dueAt(event) !== undefined && (of === undefined || event.eventType === of),
        );
        const event = history[at];
        const time = event && dueAt(event);
        if (!event || time === undefined) throw new Error('none of these events has set a deadline');
        const firedAt = new Date(Date.parse(time) + lateMs).toISOString();
        const due: Due = { dueAt: time, firedAt, version: at + 1 };
        const command = aggregate.onDue?.(event, due);
        return expecting(() => (command === undefined ? [] : aggregate.decide(command, state)));
      },
    };
  };
}
