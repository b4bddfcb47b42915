import type { Aggregate } from './aggregate.ts';
import type { NewEvent, StoredEvent } from './event.ts';

// Deciders of several aggregates take different types: what they have in common is only their shape.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyAggregate<State = any> = Aggregate<State, any, any>;

/**
 * What a consumer does because of an event, pure: no clock, no ids, no I/O. A reaction is a function from the event to
 * its result: commands, or an effect outside. Where the result depends on more than the event, the reaction is a
 * generator that asks for it: `yield* stateOf(…)`, `yield* issue(…)`. The kit answers, and begins anew with each
 * delivery of the event: what was done before a kill is recognised by its commandId.
 */
export interface Policy<Event extends StoredEvent, Result = readonly PolicyCommand[]> {
  /** By its name in serverless.yml. Reaches storage (commandId, userId): never rename one. */
  readonly consumer: string;
  /** By event type; an event of any other type leads to nothing. */
  readonly on: {
    readonly [Type in Event['eventType']]?: Reaction<Extract<Event, { eventType: Type }>, Result>;
  };
}

export type Reaction<Event, Result> = (event: Event) => Result | Asking<Result>;

/** A reaction, or a part of one, that asks the kit and goes on with the answer. */
// biome-ignore lint/suspicious/noExplicitAny: the answer's type follows from the request
export type Asking<Result> = Generator<PolicyRequest, Result, any>;

/** What a policy may ask for. */
export type PolicyRequest =
  | { readonly type: 'state'; readonly aggregate: AnyAggregate; readonly aggregateId: string }
  | { readonly type: 'outcomes'; readonly commands: readonly PolicyCommand[] }
  | { readonly type: 'warn'; readonly message: string; readonly fields: Readonly<Record<string, unknown>> };

/** A command to one aggregate; see `commandTo`. */
export interface PolicyCommand<State = unknown> extends CommandOptions {
  readonly aggregate: AnyAggregate<State>;
  readonly aggregateId: string;
  readonly command: { readonly type: string };
}

export interface CommandOptions {
  /**
   * The rules that this command may break: then what it is for already is so, or the policy has another way. By any
   * other rule the message fails, and comes back.
   */
  readonly tolerates?: readonly string[];
  /** The command starts a stream: then nothing is read first. */
  readonly creates?: boolean;
  /** What else must be so; where it is not, the command yields nothing. */
  readonly onlyIf?: Condition;
}

/**
 * Holds of another aggregate, read after the stream of the command and before the append, which succeeds only where
 * that stream has not moved on meanwhile. So whoever makes it untrue and then acts on that stream acts afterwards.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export interface Condition<State = any> {
  readonly aggregate: AnyAggregate<State>;
  readonly aggregateId: string;
  readonly holds: (state: State) => boolean;
}

/** What became of a command: the state after it (of a repeat, the state then), or the rule that it broke and may break. */
export type Outcome<State> =
  | { readonly state: State; readonly rejected?: undefined }
  | { readonly rejected: string; readonly state?: undefined };

/**
 * A command to the aggregate of this id. Make it of the event alone where you can: its commandId holds a hash of it. A
 * command that another delivery makes differently (of a state, of a setting) is another command, and its aggregate must
 * answer it with nothing when the first has come.
 */
export const commandTo = <State, Command extends { type: string }, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
  aggregateId: string,
  command: Command,
  options: CommandOptions = {},
): PolicyCommand<State> => ({ aggregate, aggregateId, command, ...options });

/** The state of an aggregate, strongly consistent, read now: after everything that was issued before. */
export function* stateOf<State>(aggregate: AnyAggregate<State>, aggregateId: string): Asking<State> {
  return yield { type: 'state', aggregate, aggregateId };
}

/** Issues a command in the middle of a reaction that goes on with its outcome. */
export function* issue<State>(command: PolicyCommand<State>): Asking<Outcome<State>> {
  const [outcome] = yield* issueAll([command]);
  return outcome as Outcome<State>;
}

/** Issues commands at the same time, those to one stream in this order; goes on when all have their outcome. */
export function* issueAll<State>(commands: readonly PolicyCommand<State>[]): Asking<Outcome<State>[]> {
  return yield { type: 'outcomes', commands };
}

/** A line in the log that people should see; it names the event by itself. */
export function* warn(message: string, fields: Readonly<Record<string, unknown>>): Asking<void> {
  yield { type: 'warn', message, fields };
}

/** Whether the policy may live with a command that broke this rule. */
export const isTolerated = ({ tolerates = [] }: CommandOptions, rule: string): boolean =>
  tolerates.includes(rule);

/** True where the policy has a reaction to this event. */
export const reactsTo = <Event extends StoredEvent, Result>(
  policy: Policy<Event, Result>,
  event: Event,
): boolean => Object.hasOwn(policy.on, event.eventType);

/**
 * Runs the reaction to an event, if there is one, asking `answer` for what it asks for. What `answer` throws ends it.
 */
export async function react<Event extends StoredEvent, Result>(
  policy: Policy<Event, Result>,
  event: Event,
  answer: (request: PolicyRequest) => Promise<unknown>,
): Promise<Result | undefined> {
  const reactions = policy.on as Readonly<Record<string, Reaction<Event, Result> | undefined>>;
  const reaction = reactsTo(policy, event) ? reactions[event.eventType] : undefined;
  const result = reaction?.(event);
  if (!isAsking(result)) return result;
  let step = result.next();
  while (!step.done) step = result.next(await answer(step.value));
  return step.value;
}

const isAsking = <Result>(result: Result | Asking<Result> | undefined): result is Asking<Result> =>
  typeof (result as Partial<Asking<Result>> | undefined)?.next === 'function';

/** Whose policy it is, and the types that it reacts to. */
export const typesOf = <Event extends StoredEvent, Result>({ consumer, on }: Policy<Event, Result>) => ({
  consumer,
  eventTypes: Object.keys(on),
});
