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
  /** Keeps snapshots of its streams, which grow long (event-store/snapshots.ts). The state is plain JSON then. */
  readonly snapshot?: SnapshotOptions<Event>;
  /**
   * Declares that a policy's commands of one batch are decided one after the other and appended together: the events of
   * all of them as fewer, which fold to the same state. What a command comes to is told by the state then, and so is a
   * repeat: `decide` answers it with nothing. Pure.
   */
  combine?(events: readonly Event[]): Event[];
}

/** The state that these events lead to from `state`, which is that of no events unless given. Throws what `evolve` throws. */
export const fold = <State, Event extends NewEvent>(
  { initialState, evolve }: Pick<Aggregate<State, never, Event>, 'initialState' | 'evolve'>,
  events: readonly NewEvent[],
  state: State = initialState,
): State => (events as readonly Event[]).reduce(evolve, state);

export interface SnapshotOptions<Event extends NewEvent> {
  /** How many events after the last one a snapshot is written. */
  readonly every: number;
  /**
   * The events of commands whose repeat the state does not tell: a snapshot keeps their commandIds, of the newest 200. A
   * repeat of any other command is decided anew.
   */
  readonly commandsOf: readonly Event['eventType'][];
}
