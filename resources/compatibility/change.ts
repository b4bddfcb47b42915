/** Who cannot go on as before. */
export type Direction =
  /** Today's code, of what is stored, or of what clients of the earlier version send. */
  | 'backward'
  /** Code of the earlier version, of what today's writes or answers: while a deployment is under way, and after a rollback. */
  | 'forward';

/** A change that breaks somebody. */
export interface Break {
  /** Where, as an accepted break names it: `OrderCreated v2: data.total`, `POST /orders: request.items[].name`. */
  at: string;
  kind: 'event' | 'consumer' | 'api';
  direction: Direction;
  /** `takes a string, but an integer may come` */
  why: string;
  /** Consumers, functions and clients, for people. */
  hurts: string[];
  /** For people; absent where it follows from the kind. */
  remedy?: string;
}

/** A change that breaks nobody, and that a person should know before deploying. */
export interface Note {
  at: string;
  text: string;
}

export interface Changes {
  breaks: Break[];
  notes: Note[];
}

export const together = (...all: Changes[]): Changes => ({
  breaks: all.flatMap(({ breaks }) => breaks),
  notes: all.flatMap(({ notes }) => notes),
});
