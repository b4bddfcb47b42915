import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type EventMetadata, type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { append } from './append.ts';
import { CommandIdReused, ConcurrencyConflict, VersionMismatch } from './errors.ts';
import { load } from './load.ts';

export interface CommandRequest<State, Command> {
  aggregateId: string;
  command: Command;
  /** Who, why, and the identity under which a repeat is known. The timestamp is the store's. */
  metadata: Omit<EventMetadata, 'timestamp'>;
  /** The command starts a stream: then nothing is read first. */
  creates?: boolean;
  /** What the caller last saw (If-Match). */
  expectedVersion?: number | undefined;
  /** Throws where this caller may not touch this aggregate; runs before anything else is decided or answered. */
  authorize?: (state: State) => void;
}

export interface CommandResult<State> {
  aggregateId: string;
  streamId: string;
  /** Of the stream after the command's last event. */
  version: number;
  /** The state at that version. */
  state: State;
  /** What the command appended, now or when it first came; none where it already held. */
  events: StoredEvent[];
  /** True where the stream already held the events of this commandId. */
  repeated: boolean;
}

const MAX_ATTEMPTS = 8;

/**
 * Load → decide → append. Exactly once per `commandId`: a repeat finds its own events in the stream and is
 * answered as the first time. A lost race is decided anew on the new state, 8 times at the most, with full jitter.
 *
 * AWS calls: a command that creates, one conditional put; any other, one consistent query and one put.
 * Throws CommandRejected, VersionMismatch, CommandIdReused, ConcurrencyConflict (after the last attempt),
 * AppendTooLarge, UnreadableEvent; nothing was appended then. Counted by outcome: accepted, repeated, rejected.
 */
export async function handleCommand<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
): Promise<CommandResult<State>> {
  try {
    const result = await decideAndAppend(runtime, aggregate, request);
    runtime.metrics.count(result.repeated ? 'CommandsRepeated' : 'CommandsAccepted');
    return result;
  } catch (error) {
    if (isRejection(error)) runtime.metrics.count('CommandsRejected');
    throw error;
  }
}

const isRejection = (error: unknown): boolean =>
  error instanceof CommandRejected || error instanceof VersionMismatch || error instanceof CommandIdReused;

async function decideAndAppend<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
): Promise<CommandResult<State>> {
  const streamId = streamIdOf(aggregate.type, request.aggregateId);
  let known: StoredEvent[] | undefined = request.creates ? [] : undefined;
  for (let attempt = 1; ; attempt++) {
    const history: StoredEvent[] = known ?? (await load(runtime, streamId));
    const result = decideOn(runtime, aggregate, request, streamId, history);
    if (result.repeated || result.events.length === 0) return result;
    try {
      await append(runtime, result.events);
      logAppended(runtime, result.events);
      return result;
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      runtime.metrics.count('CommandConflicts');
      if (attempt >= MAX_ATTEMPTS) throw error;
      known = repeatOfCreation(runtime, error.existing, request);
      if (!known && !request.creates) {
        await fullJitter(runtime, attempt);
      }
    }
  }
}

function decideOn<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
  streamId: string,
  history: StoredEvent[],
): CommandResult<State> {
  const { metadata, expectedVersion, aggregateId } = request;
  const fold = (state: State, events: readonly StoredEvent[]) =>
    (events as readonly (StoredEvent & Event)[]).reduce(aggregate.evolve, state);
  const state = fold(aggregate.initialState, history);
  if (history.length > 0) request.authorize?.(state);

  const own = history.filter((event) => event.metadata.commandId === metadata.commandId);
  const last = own.at(-1);
  if (last) {
    if (own.some((event) => event.metadata.commandHash !== metadata.commandHash)) {
      throw new CommandIdReused(metadata.commandId);
    }
    const then = history.filter((event) => event.version <= last.version);
    const stateThen = fold(aggregate.initialState, then);
    return { aggregateId, streamId, version: last.version, state: stateThen, events: own, repeated: true };
  }

  const version = history.at(-1)?.version ?? 0;
  const isStale = expectedVersion !== undefined && expectedVersion !== version;
  if (isStale && version > 0) throw new VersionMismatch(runtime.redact(streamId), expectedVersion, version);
  const decided = aggregate.decide(request.command, state);
  // Of what is not there at all, a rule that says so says more.
  if (isStale) throw new VersionMismatch(runtime.redact(streamId), expectedVersion, version);
  const events = decided.map((event, index) =>
    stored(runtime, aggregate, request, { ...event, streamId, version: version + index + 1 }),
  );
  return {
    aggregateId,
    streamId,
    version: version + events.length,
    state: fold(state, events),
    events,
    repeated: false,
  };
}

function stored<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  { aggregateId, metadata }: CommandRequest<State, Command>,
  { eventType, data, streamId, version }: NewEvent & { streamId: string; version: number },
): StoredEvent {
  const eventId = runtime.newId();
  return {
    streamId,
    version,
    eventId,
    aggregateType: aggregate.type,
    aggregateId,
    eventType,
    schemaVersion: runtime.application.registry.currentSchemaVersion(eventType),
    data,
    metadata: { ...metadata, timestamp: new Date(timeOf(eventId)).toISOString() },
  };
}

// The failed put brought back what stands at version 1: where that is this command's own event, no read is needed.
function repeatOfCreation(
  { application }: Runtime,
  existing: unknown,
  { creates, metadata }: Pick<CommandRequest<unknown, unknown>, 'creates' | 'metadata'>,
): StoredEvent[] | undefined {
  if (!creates || !existing) return undefined;
  const event = application.registry.upcast(existing);
  return event.metadata.commandId === metadata.commandId ? [event] : undefined;
}

function logAppended(runtime: Runtime, events: readonly StoredEvent[]): void {
  for (const event of events) runtime.logger.info('appended', { hop: 'command', ...logContextOf(event) });
}
