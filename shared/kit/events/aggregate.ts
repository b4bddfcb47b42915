import type { NewEvent } from './event.ts';

/** A deadline that has come; times are ISO 8601 in UTC with milliseconds. */
export interface Due {
  /** What the event's `dueAt` said when it was appended. */
  dueAt: string;
  /** When the command is issued: at `dueAt` or later. A retry has a later one. */
  firedAt: string;
  /** The place of the event in its stream. */
  version: number;
}

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
  /**
   * The command that follows when the deadline that `event` set has come; undefined where none does. It may come late, twice,
   * or after what was awaited: `decide` yields nothing then. Pure. Needed where an event of this aggregate has a `dueAt`.
   */
  onDue?(event: Event, due: Due): Command | undefined;
}
