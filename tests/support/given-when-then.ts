import { expect } from '@jest/globals';
import { registry } from '#domain/index.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { NewEvent } from '#kit/events/event.ts';
import { thrownBy } from './thrown-by.ts';

/**
 * `given(...events).when(command).thenEvents(...events)`, `.thenNothing()` or `.thenRejected(rule)`, over the
 * real aggregate. What it decides must also be fit to append, and to fold back into the state.
 */
export function specificationOf<State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
) {
  return (...history: Event[]) => ({
    when: (command: Command) => {
      const state = history.reduce(aggregate.evolve, aggregate.initialState);
      const decide = () => aggregate.decide(command, state);
      return {
        thenEvents: (...expected: [Event, ...Event[]]) => {
          const decided = decide();
          expect(decided).toEqual(expected);
          decided.forEach(registry.checkNewEvent);
          decided.reduce(aggregate.evolve, state);
        },
        thenNothing: () => expect(decide()).toEqual([]),
        thenRejected: (rule: string) => {
          const rejection = thrownBy(decide);
          expect(rejection).toBeInstanceOf(CommandRejected);
          expect(rejection).toMatchObject({ rule, message: expect.stringMatching(/^[A-Z].+\.$/) });
        },
      };
    },
  });
}
