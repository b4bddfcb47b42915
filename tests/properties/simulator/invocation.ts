/** One execution of a function. */
export interface Invocation {
  place: string;
  startedAt: number;
  endedAt?: number;
  /** How many faults hit it. */
  faults: number;
  /** It was handed a message that another one still had. */
  early?: boolean;
  /** The bodies that it put into a dead letter queue. */
  deadLetters: string[];
}
