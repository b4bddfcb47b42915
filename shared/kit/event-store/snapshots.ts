import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { type Aggregate, fold } from '#kit/events/aggregate.ts';
import { type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { snapshotKey } from '#kit/projections/keys.ts';
import { load } from './load.ts';

// Of aggregates that declare `snapshot`. A snapshot is a cache: any older one, or none, leads to the same state, as
// long as nobody alters an event (docs/operations/an-event-was-altered.md).

/** The state of a stream at one version. */
interface Snapshot<State> {
  state: State;
  version: number;
  /** Of the event types in `snapshot.commandsOf`, the newest ones. */
  commandIds: readonly string[];
}

/** A stream as a decision needs it. */
export interface LoadedStream<State> {
  /** Where `events` begin: the state of a snapshot, or that of no events at all. */
  base: Snapshot<State>;
  /** What has happened since. */
  events: StoredEvent[];
  state: State;
  version: number;
  /** The version of the snapshot in the table, 0 where this process knows of none. */
  storedVersion: number;
}

/** The newest ones that a snapshot keeps. */
const COMMAND_IDS = 200;

/** Above, the snapshot is not written: an item takes 400 KB. Of the compressed state. */
const MAX_SNAPSHOT_BYTES = 380_000;

/** States that a process keeps. */
const CACHED_STREAMS = 50;

const LIFETIME_SECONDS = 30 * 24 * 3_600;

/** Put in by esbuild: a hash of the sources of the domain and of the kit's events (resources/stack/fold-hash.ts). */
declare const FOLD_HASH: string | undefined;

/**
 * Tells the code that folds from any other, so that a changed `evolve` or upcaster never goes on from a state of before:
 * it finds no snapshot. Not bundled (tests) it is the text of `evolve` alone.
 */
export function foldHashOf({ type, initialState, evolve }: AnyAggregate, built = builtHash()): string {
  const parts = [type, JSON.stringify(initialState), built ?? evolve.toString()];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}

const builtHash = () => (typeof FOLD_HASH === 'string' ? FOLD_HASH : undefined);

// biome-ignore lint/suspicious/noExplicitAny: what aggregates have in common is only their shape
type AnyAggregate = Aggregate<any, any, any>;

/**
 * The state of a stream, strongly consistent unless asked otherwise. AWS calls: one consistent query; where the aggregate declares snapshots, of
 * what came after the snapshot only, and before it another query, unless this process has a state of the stream already.
 */
export async function loadStream<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  aggregateId: string,
  { whole = false, consistent = true } = {},
): Promise<LoadedStream<State>> {
  const streamId = streamIdOf(aggregate.type, aggregateId);
  const found = whole || !aggregate.snapshot ? undefined : await findSnapshot(runtime, aggregate, streamId);
  const base = found ?? { ...startOf(aggregate), storedVersion: 0 };
  const events = await load(runtime, streamId, { after: base.version, consistent });
  const { storedVersion, ...snapshot } = base;
  const loaded = {
    base: snapshot,
    events,
    state: fold(aggregate, events, base.state),
    version: events.at(-1)?.version ?? base.version,
    storedVersion,
  };
  if (!whole) remember(runtime, aggregate, streamId, loaded, loaded.storedVersion);
  return loaded;
}

/** A stream that is not read: its command starts it. */
export const newStream = <State>(aggregate: { readonly initialState: State }): LoadedStream<State> => ({
  base: startOf(aggregate),
  events: [],
  state: aggregate.initialState,
  version: 0,
  storedVersion: 0,
});

/**
 * Writes a snapshot of the stream with what was just appended, where the last one is `snapshot.every` events old. Best
 * effort: a failure is a line in the log. AWS calls: one conditional put, or none.
 */
export async function keepSnapshot<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  aggregateId: string,
  loaded: LoadedStream<State>,
  appended: readonly StoredEvent[],
): Promise<void> {
  const { snapshot } = aggregate;
  const last = appended.at(-1);
  if (!snapshot || !last) return;
  const streamId = streamIdOf(aggregate.type, aggregateId);
  const now = {
    ...loaded,
    events: [...loaded.events, ...appended],
    state: fold(aggregate, appended, loaded.state),
    version: last.version,
  };
  const isDue = now.version - loaded.storedVersion >= snapshot.every;
  remember(runtime, aggregate, streamId, now, isDue ? now.version : loaded.storedVersion);
  if (!isDue) return;
  try {
    await write(runtime, aggregate, streamId, snapshotOf(aggregate, now));
  } catch (error) {
    // Somebody else has written a newer one.
    if (error instanceof ConditionalCheckFailedException) return;
    runtime.logger.warn('snapshot not written', { stream: runtime.redact(streamId), error: error as Error });
  }
}

async function write(
  runtime: Runtime,
  aggregate: AnyAggregate,
  streamId: string,
  { version, ...content }: Snapshot<unknown>,
): Promise<void> {
  const bytes = gzipSync(JSON.stringify(content));
  if (bytes.byteLength > MAX_SNAPSHOT_BYTES) throw new Error(`the state takes ${bytes.byteLength} bytes`);
  await runtime.dynamo.send(
    new PutCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Item: {
        ...snapshotKey(streamId, foldHashOf(aggregate)),
        version,
        content: bytes,
        expiresAt: Math.floor(runtime.now() / 1_000) + LIFETIME_SECONDS,
      },
      ConditionExpression: 'attribute_not_exists(pk) OR #version < :version',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':version': version },
    }),
  );
}

async function findSnapshot<State, Command, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  streamId: string,
): Promise<Cached | undefined> {
  const cached = cacheOf(runtime, aggregate).get(streamId);
  if (cached) return cached;
  const { pk, sk } = snapshotKey(streamId, foldHashOf(aggregate));
  // A query, which every command has in its bundle already.
  const { Items: [item] = [] } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
      Limit: 1,
    }),
  );
  if (!item) return undefined;
  const content = JSON.parse(String(gunzipSync(item.content))) as Omit<Snapshot<State>, 'version'>;
  return { ...content, version: item.version, storedVersion: item.version };
}

/** A state that a process has; `storedVersion` is that of the snapshot in the table. */
// biome-ignore lint/suspicious/noExplicitAny: of every aggregate
type Cached = Snapshot<any> & { storedVersion: number };

const caches = new WeakMap<Runtime, WeakMap<AnyAggregate, Map<string, Cached>>>();

function cacheOf(runtime: Runtime, aggregate: AnyAggregate): Map<string, Cached> {
  const ofRuntime = caches.get(runtime) ?? new WeakMap<AnyAggregate, Map<string, Cached>>();
  caches.set(runtime, ofRuntime);
  const cache = ofRuntime.get(aggregate) ?? new Map<string, Cached>();
  ofRuntime.set(aggregate, cache);
  return cache;
}

function remember(
  runtime: Runtime,
  aggregate: AnyAggregate,
  streamId: string,
  loaded: LoadedStream<unknown>,
  storedVersion: number,
): void {
  if (!aggregate.snapshot || loaded.version === 0) return;
  const cache = cacheOf(runtime, aggregate);
  cache.delete(streamId);
  cache.set(streamId, { ...snapshotOf(aggregate, loaded), storedVersion });
  for (const oldest of cache.keys()) {
    if (cache.size <= CACHED_STREAMS) break;
    cache.delete(oldest);
  }
}

function snapshotOf(aggregate: AnyAggregate, { base, events, state, version }: LoadedStream<unknown>) {
  const types: readonly string[] = aggregate.snapshot?.commandsOf ?? [];
  const own = events
    .filter(({ eventType }) => types.includes(eventType))
    .map(({ metadata }) => metadata.commandId);
  return { state, version, commandIds: [...new Set([...base.commandIds, ...own])].slice(-COMMAND_IDS) };
}

const startOf = <State>({ initialState }: { readonly initialState: State }): Snapshot<State> => ({
  state: initialState,
  version: 0,
  commandIds: [],
});
