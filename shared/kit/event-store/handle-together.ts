import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type NewEvent, streamIdOf } from '#kit/events/event.ts';
import { append, MAX_EVENTS_PER_COMMAND } from './append.ts';
import { idOfParts } from './command-id.ts';
import { type CommandRequest, placed } from './decide-command.ts';
import { ConcurrencyConflict } from './errors.ts';
import { logAppended, MAX_ATTEMPTS } from './handle-command.ts';
import { keepSnapshot, loadStream } from './snapshots.ts';

export type JointRequest<Command> = Pick<CommandRequest<unknown, Command>, 'command' | 'metadata' | 'onlyIf'>;

/** What became of one of the commands: the state after all of them, or what its decision threw. */
export type JointOutcome<State> = { state: State; error?: undefined } | { error: unknown; state?: undefined };

/** An aggregate whose commands may be decided together. */
export type CombiningAggregate<State, Command, Event extends NewEvent> = Aggregate<State, Command, Event> &
  Required<Pick<Aggregate<State, Command, Event>, 'combine'>>;

/**
 * Commands to one stream in one go: load → decide each on the state that those before it have led to → append the events
 * of all, combined. Those of one type are decided next to each other. A command that is refused, or whose condition cannot be
 * read, leaves the others alone.
 * A repeat is told by the state. The append names as its cause the first command that led to something.
 *
 * AWS calls: those of `loadStream`, one put (a transaction for several events), now and then a put of the snapshot.
 * Throws ConcurrencyConflict after the last of 8 attempts, AppendTooLarge or UnreadableEvent; nothing was appended then.
 */
export async function handleTogether<State, Command extends { type: string }, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: CombiningAggregate<State, Command, Event>,
  aggregateId: string,
  requests: readonly JointRequest<Command>[],
): Promise<JointOutcome<State>[]> {
  for (let attempt = 1; ; attempt++) {
    const loaded = await loadStream(runtime, aggregate, aggregateId);
    const applies = await Promise.allSettled(requests.map(async ({ onlyIf }) => (await onlyIf?.()) ?? true));
    const decided = decideAll(runtime, aggregate, requests, applies, loaded.state);
    const combined = aggregate.combine(decided.events);
    if (combined.length > MAX_EVENTS_PER_COMMAND && requests.length > 1) {
      const half = Math.ceil(requests.length / 2);
      const first = await handleTogether(runtime, aggregate, aggregateId, requests.slice(0, half));
      return [...first, ...(await handleTogether(runtime, aggregate, aggregateId, requests.slice(half)))];
    }
    const metadata = jointMetadata(runtime, streamIdOf(aggregate.type, aggregateId), loaded.version, decided);
    const events = metadata
      ? combined.map((event, index) =>
          placed(runtime, aggregate, { aggregateId, metadata }, event, loaded.version + index + 1),
        )
      : [];
    try {
      await append(runtime, events);
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      runtime.metrics.count('CommandConflicts');
      if (attempt >= MAX_ATTEMPTS) throw error;
      await fullJitter(runtime, attempt);
      continue;
    }
    logAppended(runtime, events);
    countRejected(runtime, decided.errors);
    await keepSnapshot(runtime, aggregate, aggregateId, loaded, events);
    return requests.map((_, index) =>
      decided.errors.has(index) ? { error: decided.errors.get(index) } : { state: decided.state },
    );
  }
}

interface Decided<State, Event> {
  state: State;
  events: Event[];
  /** The requests that led to events, in the order in which they were decided. */
  causes: JointRequest<unknown>[];
  /** By the place of its request. */
  errors: Map<number, unknown>;
}

function decideAll<State, Command extends { type: string }, Event extends NewEvent>(
  { application: { registry } }: Runtime,
  { decide, evolve }: Aggregate<State, Command, Event>,
  requests: readonly JointRequest<Command>[],
  applies: readonly PromiseSettledResult<boolean>[],
  before: State,
): Decided<State, Event> {
  const decided: Decided<State, Event> = { state: before, events: [], causes: [], errors: new Map() };
  const types = [...new Set(requests.map(({ command }) => command.type))];
  const inTurn = types.flatMap((type) =>
    [...requests.entries()].filter(([, { command }]) => command.type === type),
  );
  for (const [index, request] of inTurn) {
    const condition = applies[index];
    if (condition?.status === 'rejected') decided.errors.set(index, condition.reason);
    if (!(condition?.status === 'fulfilled' && condition.value)) continue;
    try {
      const events = decide(request.command, decided.state);
      // Here, so that one that cannot be stored fails alone.
      events.forEach(registry.checkNewEvent);
      if (events.length === 0) continue;
      decided.state = events.reduce(evolve, decided.state);
      decided.events.push(...events);
      decided.causes.push(request);
    } catch (error) {
      decided.errors.set(index, error);
    }
  }
  return decided;
}

/** The version is in the id: where the state tells repeats, the same commands may lead to something twice. */
function jointMetadata(
  { application }: Runtime,
  streamId: string,
  version: number,
  { causes }: Pick<Decided<unknown, unknown>, 'causes'>,
): JointRequest<unknown>['metadata'] | undefined {
  const [first] = causes;
  if (!first) return undefined;
  const ids = causes.map(({ metadata }) => metadata.commandId);
  const parts = ['commands', streamId, String(version), ...ids];
  return { ...first.metadata, commandId: idOfParts(application.idNamespace, parts) };
}

function countRejected({ metrics }: Runtime, errors: ReadonlyMap<number, unknown>): void {
  const rejected = [...errors.values()].filter((error) => error instanceof CommandRejected).length;
  if (rejected > 0) metrics.count('CommandsRejected', rejected);
}
