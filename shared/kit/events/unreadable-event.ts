import { describeProblems, type Problem } from './field-errors.ts';

/**
 * An event that this code cannot read, now or on any retry: poison for a consumer, an error for a loader.
 * The subclasses say which kind; `name` is stable and travels with a dead letter as its reason.
 */
export class UnreadableEvent extends Error {
  override readonly name: string = 'UnreadableEvent';
}

/** What arrived is not an event envelope: a field is missing or malformed, or two of them contradict each other. */
export class InvalidEnvelope extends UnreadableEvent {
  override readonly name = 'InvalidEnvelope';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`Not an event envelope: ${describeProblems(problems)}`);
    this.problems = problems;
  }
}

/**
 * An event that newer code wrote, as far as this code can tell: another version of the same function may read it. While a
 * deployment, or a rollback, is under way both versions run. So a consumer waits, and a command says: try again later.
 */
export class NewerEvent extends UnreadableEvent {
  override readonly name: string = 'NewerEvent';
}

/** No schema has this event type: written by newer code, or a stray. */
export class UnknownEventType extends NewerEvent {
  override readonly name = 'UnknownEventType';
  readonly eventType: string;

  constructor(eventType: string) {
    // Reaches logs, and a stray's type may be any text at all.
    super(`Unknown event type${/^\w{1,100}$/.test(eventType) ? ` ${eventType}` : ', and no name of one'}`);
    this.eventType = eventType;
  }
}

/** Written by newer code with a shape that this code does not know. */
export class NewerSchemaVersion extends NewerEvent {
  override readonly name = 'NewerSchemaVersion';
  readonly eventType: string;
  readonly schemaVersion: number;

  constructor(eventType: string, schemaVersion: number, known: number) {
    super(`${eventType} v${schemaVersion} is newer than v${known}, the newest that is known here`);
    this.eventType = eventType;
    this.schemaVersion = schemaVersion;
  }
}

/** The type is known, its `data` is not what the schema (after upcasting) asks for. */
export class InvalidEventData extends UnreadableEvent {
  override readonly name = 'InvalidEventData';
  readonly eventType: string;
  readonly schemaVersion: number;
  readonly problems: readonly Problem[];

  constructor(
    eventType: string,
    schemaVersion: number,
    problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(`Invalid data of ${eventType} v${schemaVersion}: ${describeProblems(problems)}`, options);
    this.eventType = eventType;
    this.schemaVersion = schemaVersion;
    this.problems = problems;
  }
}

/** A stream has a hole: an event was deleted, or the table was restored in part. No state can be told from the rest. */
export class EventMissing extends UnreadableEvent {
  override readonly name = 'EventMissing';

  constructor(streamId: string, version: number) {
    super(`version ${version} of ${streamId} is missing`);
  }
}

/** Readable by itself, but it cannot follow what its stream holds so far: a CounterIncreased before any CounterStarted. */
export class InvalidEventSequence extends UnreadableEvent {
  override readonly name = 'InvalidEventSequence';
  readonly eventType: string;

  constructor(eventType: string, status: string) {
    super(`${eventType} cannot follow in a stream whose status is ${status}`);
    this.eventType = eventType;
  }
}
