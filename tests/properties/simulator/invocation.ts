/** One execution of a function. */
export interface Invocation {
  place: string;
  startedAt: number;
  endedAt?: number;
  /** How many faults hit it. */
  faults: number;
  /** The adversary held one of its calls up for longer than a visibility timeout. */
  isStalled?: boolean;
  /** It was handed a message that another one still had. */
  early?: boolean;
  /** The bodies that it put into a dead letter queue. */
  deadLetters: string[];
}
