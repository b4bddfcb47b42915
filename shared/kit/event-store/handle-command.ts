import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type Aggregate, fold } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import type { NewEvent, StoredEvent } from '#kit/events/event.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { append } from './append.ts';
import { type CommandRequest, type CommandResult, decideOn, repeatIn } from './decide-command.ts';
import { CommandIdReused, ConcurrencyConflict, VersionMismatch } from './errors.ts';
import { type LoadedStream, loadStream, newStream } from './snapshots.ts';

/** Of a command that keeps losing races. */
export const MAX_ATTEMPTS = 8;

/**
 * Load → decide → append. Exactly once per `commandId`: a repeat finds its own events in the stream and is
 * answered as the first time. A lost race is decided anew on the new state, 8 times at the most, with full jitter.
 *
 * AWS calls: a command that creates, one conditional put; any other, one consistent query and one put, and where the
 * aggregate declares snapshots another query before them. With `seen`, the put alone where that still is the stream.
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
  const { aggregateId, creates = false, seen } = request;
  const load = () => loadStream(runtime, aggregate, aggregateId);
  if (seen) {
    const result = await decideOn(runtime, aggregate, request, seen).catch(() => undefined);
    if (result?.repeated) return result;
    if (result?.events.length && !(await tryAppend(runtime, result.events))) return result;
  }
  // A command that creates its stream expects nothing there, and does not ask.
  let loaded = creates ? newStream(aggregate) : await load();
  for (let attempt = 1; ; attempt++) {
    const result = await decideOn(runtime, aggregate, request, loaded);
    if (result.repeated || result.events.length === 0) return result;
    // After a lost race begin again with what the stream holds now.
    const conflict = await tryAppend(runtime, result.events);
    if (!conflict) return result;
    if (attempt >= MAX_ATTEMPTS) throw conflict;
    const own =
      result.events.length === 1 && creates && ownCreation(runtime, conflict.existing, request.metadata);
    if (!own && !creates) await fullJitter(runtime, attempt);
    loaded = own ? streamOf(aggregate, [own]) : await load();
  }
}

/** Appends, all or none; answers with the conflict where something else was there first. */
async function tryAppend(
  runtime: Runtime,
  events: readonly StoredEvent[],
): Promise<ConcurrencyConflict | undefined> {
  try {
    await append(runtime, events);
    logAppended(runtime, events);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConcurrencyConflict)) throw error;
    runtime.metrics.count('CommandConflicts');
    return error;
  }
}

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

function streamOf<State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
  events: StoredEvent[],
): LoadedStream<State> {
  const state = fold(aggregate, events);
  return { ...newStream(aggregate), events, state, version: events.at(-1)?.version ?? 0 };
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
