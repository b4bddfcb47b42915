import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type Aggregate, fold } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type EventMetadata, type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { append } from './append.ts';
import { CommandIdReused, ConcurrencyConflict, type ExpectedVersions, VersionMismatch } from './errors.ts';
import { type LoadedStream, loadStream, newStream } from './snapshots.ts';

export interface CommandRequest<State, Command> {
  aggregateId: string;
  command: Command;
  /** Who, why, and the identity under which a repeat is known. The timestamp is the store's. */
  metadata: Omit<EventMetadata, 'timestamp'>;
  /** The command starts a stream: then nothing is read first. */
  creates?: boolean;
  /** What the caller last saw (If-Match): one of these, or `any` where the stream must exist. */
  expectedVersions?: ExpectedVersions | undefined;
  /**
   * Asked after each load and before the append; where it answers false, the command yields nothing. What it reads cannot be
   * older than the state that is decided on.
   */
  onlyIf?: () => Promise<boolean>;
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

/** Of a command that keeps losing races. */
export const MAX_ATTEMPTS = 8;

/**
 * Load → decide → append. Exactly once per `commandId`: a repeat finds its own events in the stream and is
 * answered as the first time. A lost race is decided anew on the new state, 8 times at the most, with full jitter.
 *
 * AWS calls: a command that creates, one conditional put; any other, one consistent query and one put, and where the
 * aggregate declares snapshots another query before them.
 * Throws CommandRejected, VersionMismatch, CommandIdReused, ConcurrencyConflict (after the last attempt),
 * AppendTooLarge, UnreadableEvent (of a stored event, or InvalidEventData of a decided one); nothing was appended then. Repeated and rejected ones are counted.
 */
export async function handleCommand<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
): Promise<CommandResult<State>> {
  try {
    const result = await loadDecideAppend(runtime, aggregate, request);
    if (result.repeated) runtime.metrics.count('CommandsRepeated');
    return result;
  } catch (error) {
    if (isRejection(error)) runtime.metrics.count('CommandsRejected');
    throw error;
  }
}

const isRejection = (error: unknown): boolean =>
  error instanceof CommandRejected || error instanceof VersionMismatch || error instanceof CommandIdReused;

async function loadDecideAppend<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
): Promise<CommandResult<State>> {
  const { aggregateId, metadata, command, expectedVersions } = request;
  const streamId = streamIdOf(aggregate.type, aggregateId);
  // 1. Load what the stream holds. A command that creates it expects nothing there, and does not ask.
  let loaded = request.creates ? newStream(aggregate) : await loadStream(runtime, aggregate, aggregateId);
  for (let attempt = 1; ; attempt++) {
    // Where a snapshot covers the first time, only the whole stream can tell what it was answered.
    if (loaded.base.commandIds.includes(metadata.commandId)) {
      loaded = await loadStream(runtime, aggregate, aggregateId, { whole: true });
    }
    const { state, version } = loaded;

    // 2. Refuse whoever may not touch this aggregate, before anything is said of it.
    if (version > 0) request.authorize?.(state);

    // 3. Answer a repeat as the first time: the stream holds the events of this commandId.
    const repeat = repeatIn(aggregate, request, loaded);
    if (repeat) return repeat;

    // 4. Decide, unless the caller saw another version. For a stream that does not exist, let the domain answer
    //    first: `counter_not_found` helps more than a version mismatch.
    const isStale = expectedVersions !== undefined && !isExpected(expectedVersions, version);
    const mismatch = () => new VersionMismatch(runtime.redact(streamId), expectedVersions ?? [], version);
    if (isStale && version > 0) throw mismatch();
    const applies = (await request.onlyIf?.()) ?? true;
    const decided = applies ? aggregate.decide(command, state) : [];
    if (isStale) throw mismatch();

    // 5. Check each new event against its schema, and give it its place in the stream.
    const events = decided.map((event, index) =>
      placed(runtime, aggregate, request, event, version + index + 1),
    );
    const result = {
      aggregateId,
      streamId,
      version: version + events.length,
      state: fold(aggregate, events, state),
      events,
    };
    if (events.length === 0) return { ...result, repeated: false };

    // 6. Append, all or none. After a lost race begin again with what the stream holds now.
    try {
      await append(runtime, events);
      logAppended(runtime, events);
      return { ...result, repeated: false };
    } catch (error) {
      if (!(error instanceof ConcurrencyConflict)) throw error;
      runtime.metrics.count('CommandConflicts');
      if (attempt >= MAX_ATTEMPTS) throw error;
      const own = events.length === 1 && request.creates && ownCreation(runtime, error.existing, metadata);
      if (!own && !request.creates) await fullJitter(runtime, attempt);
      loaded = own ? streamOf(aggregate, [own]) : await loadStream(runtime, aggregate, aggregateId);
    }
  }
}

const isExpected = (expected: ExpectedVersions, version: number): boolean =>
  expected === 'any' ? version > 0 : expected.includes(version);

/**
 * The result of a command whose events the stream already holds, as it was the first time; undefined where it holds none.
 * For a command that is made of what may have changed since then: a repeat must not be refused because of it.
 * AWS calls: one consistent query. Throws CommandIdReused.
 */
export async function findRepeat<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: Pick<CommandRequest<State, Command>, 'aggregateId' | 'metadata'>,
): Promise<CommandResult<State> | undefined> {
  const { aggregateId } = request;
  const repeat = repeatIn(
    aggregate,
    request,
    await loadStream(runtime, aggregate, aggregateId, { whole: true }),
  );
  if (repeat) runtime.metrics.count('CommandsRepeated');
  return repeat;
}

function repeatIn<State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
  { aggregateId, metadata }: Pick<CommandRequest<State, Command>, 'aggregateId' | 'metadata'>,
  { base, events: history }: LoadedStream<State>,
): CommandResult<State> | undefined {
  const events = eventsOf(metadata, history);
  const last = events.at(-1);
  if (!last) return undefined;
  const state = fold(aggregate, history.slice(0, history.indexOf(last) + 1), base.state);
  const streamId = streamIdOf(aggregate.type, aggregateId);
  return { aggregateId, streamId, version: last.version, state, events, repeated: true };
}

function streamOf<State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
  events: StoredEvent[],
): LoadedStream<State> {
  const state = fold(aggregate, events);
  return { ...newStream(aggregate), events, state, version: events.at(-1)?.version ?? 0 };
}

/** The events of this command that the stream holds. Throws CommandIdReused where they are of another payload. */
function eventsOf(
  { commandId, commandHash }: CommandRequest<unknown, unknown>['metadata'],
  history: readonly StoredEvent[],
): StoredEvent[] {
  const own = history.filter(({ metadata }) => metadata.commandId === commandId);
  if (own.some(({ metadata }) => metadata.commandHash !== commandHash)) throw new CommandIdReused(commandId);
  return own;
}

/** A decided event as it is stored, checked against its schema. Throws InvalidEventData. */
export function placed(
  runtime: Runtime,
  aggregate: { type: string },
  { aggregateId, metadata }: Pick<CommandRequest<unknown, unknown>, 'aggregateId' | 'metadata'>,
  event: NewEvent,
  version: number,
): StoredEvent {
  const { registry } = runtime.application;
  const { eventType, data } = registry.checkNewEvent(event);
  const eventId = runtime.newId();
  return {
    streamId: streamIdOf(aggregate.type, aggregateId),
    version,
    eventId,
    aggregateType: aggregate.type,
    aggregateId,
    eventType,
    schemaVersion: registry.currentSchemaVersion(eventType),
    data,
    metadata: { ...metadata, timestamp: new Date(timeOf(eventId)).toISOString() },
  };
}

// The failed put brought back what stands at version 1: where that is all that this command appended, no read is needed.
function ownCreation(
  { application }: Runtime,
  existing: unknown,
  { commandId }: CommandRequest<unknown, unknown>['metadata'],
): StoredEvent | undefined {
  const event = existing ? application.registry.upcast(existing) : undefined;
  return event?.metadata.commandId === commandId ? event : undefined;
}

export function logAppended(runtime: Runtime, events: readonly StoredEvent[]): void {
  for (const event of events) runtime.logger.info('appended', { hop: 'command', ...logContextOf(event) });
}
