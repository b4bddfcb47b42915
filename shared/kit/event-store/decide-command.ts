import type { Runtime } from '#kit/config/runtime.ts';
import { type Aggregate, fold } from '#kit/events/aggregate.ts';
import { type EventMetadata, type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { CommandIdReused, type ExpectedVersions, VersionMismatch } from './errors.ts';
import { type LoadedStream, loadStream } from './snapshots.ts';

export interface CommandRequest<State, Command> {
  aggregateId: string;
  command: Command;
  /** Who, why, and the identity under which a repeat is known. The timestamp is the store's. */
  metadata: Omit<EventMetadata, 'timestamp'>;
  /** The command starts a stream: then nothing is read first. */
  creates?: boolean;
  /**
   * The stream as the caller has read it, and maybe no longer: events are appended to it, which fails where it has moved on.
   * Any other answer is made of the stream as it is read now.
   */
  seen?: LoadedStream<State> | undefined;
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

/** What the command would append to this stream, or what it did when it came before. Throws what `handleCommand` throws. */
export async function decideOn<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  request: CommandRequest<State, Command>,
  given: LoadedStream<State>,
): Promise<CommandResult<State>> {
  const { aggregateId, metadata, command, expectedVersions } = request;
  const streamId = streamIdOf(aggregate.type, aggregateId);
  // 1. Where a snapshot covers the first time, only the whole stream can tell what it was answered.
  const isCovered = given.base.commandIds.includes(metadata.commandId);
  const loaded = isCovered ? await loadStream(runtime, aggregate, aggregateId, { whole: true }) : given;
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
  return {
    aggregateId,
    streamId,
    version: version + events.length,
    state: fold(aggregate, events, state),
    events,
    repeated: false,
  };
}

const isExpected = (expected: ExpectedVersions, version: number): boolean =>
  expected === 'any' ? version > 0 : expected.includes(version);

/** The result as it was the first time, where the stream holds the events of this commandId. Throws CommandIdReused. */
export function repeatIn<State, Command, Event extends NewEvent>(
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
