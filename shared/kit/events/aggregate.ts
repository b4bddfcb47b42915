import type { NewEvent } from './event.ts';

/**
 * One consistency boundary, pure: no clock, no ids, no I/O; what it needs of those arrives in the command.
 * A command that already holds yields no event; one that breaks a rule throws CommandRejected.
 */
export interface Aggregate<State, Command, Event extends NewEvent> {
  /** The first part of its streams' names. Reaches storage: never rename one. */
  readonly type: string;
  readonly initialState: State;
  decide(command: Command, state: State): Event[];
  evolve(state: State, event: Event): State;
}
