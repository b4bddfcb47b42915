import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type ItemKey, keyInGeneration } from './keys.ts';
import { type Projection, type VersionedView, viewOfStream } from './projection.ts';
import { readStored } from './read-view.ts';

/** The stream ends before an event that a message carried: the message is of another table, or was made up. */
export class EventNotInStore extends Error {
  override readonly name = 'EventNotInStore';

  constructor(stream: string, version: number, reached: number) {
    super(`a message carries version ${version} of ${stream}, the events table only ${reached}`);
  }
}

/** A view as the table has it. */
export type ViewItem = ItemKey & Record<string, unknown> & { version: number };

/**
 * Brings the view of one stream up to the newest of `events`, at least: they may be in any order, come
 * twice, or leave gaps, which are filled from the events table. All are folded together and written once.
 * Answers the version that the stored view of this generation has reached (it may be beyond all of them).
 *
 * AWS calls: where `events` start the stream, one put; otherwise one get and, if anything is new,
 * one put; for a gap one query more. Throws EventNotInStore, InvalidEventSequence and UnreadableEvent; nothing is written then.
 */
export async function project<View extends { version: number }, Event extends StoredEvent>(
  runtime: Runtime,
  definition: VersionedView<View, Event>,
  events: readonly Event[],
  generation = 1,
): Promise<number> {
  const folded = await foldInto(runtime, definition, events, generation);
  return folded?.item ? writeView(runtime, folded.item) : (folded?.version ?? 0);
}

export interface Folded {
  version: number;
  /** What is to be written; nothing where the view is there already. */
  item?: ViewItem;
  /** The view was folded from the stream's first event on, whatever there is. */
  isWhole: boolean;
}

async function foldInto<View extends { version: number }, Event extends StoredEvent>(
  runtime: Runtime,
  definition: VersionedView<View, Event>,
  events: readonly Event[],
  generation: number,
): Promise<Folded | undefined> {
  const [first, ...rest] = [...events].sort((a, b) => a.version - b.version);
  if (!first) return undefined;
  const key = definition.key(first.aggregateId);
  // Eventually consistent, which costs half: a view that is older than the stored one leaves a gap, which the events table fills, or
  // leads to a write that the stored version refuses.
  const current =
    first.version === 1
      ? undefined
      : await readStored<View>(runtime, keyInGeneration(generation, key), { consistent: false });
  const view = await fold(runtime, definition, current, [first, ...rest]);
  const { version } = view;
  if (view === current) return { version, isWhole: false };
  const item = keyInGeneration(generation, { ...view, ...definition.indexKeys?.(view), ...key });
  return { version, item, isWhole: current === undefined };
}

async function fold<View extends { version: number }, Event extends StoredEvent>(
  runtime: Runtime,
  { apply }: VersionedView<View, Event>,
  current: View | undefined,
  events: readonly [Event, ...Event[]],
): Promise<View> {
  const { streamId } = events[0];
  let view = current;
  for (const event of events) {
    const reached = view?.version ?? 0;
    if (event.version <= reached) continue;
    // A message only signals that the stream moved on: missing events are read from the events table.
    const next = event.version === reached + 1 ? [event] : await load(runtime, streamId, { after: reached });
    for (const each of next as Event[]) view = apply(view, each);
    if ((view?.version ?? 0) < event.version) {
      throw new EventNotInStore(runtime.redact(streamId), event.version, view?.version ?? 0);
    }
  }
  if (!view) throw new EventNotInStore(runtime.redact(streamId), events[0].version, 0);
  return view;
}

/**
 * A view at version n is the same whoever folds it, so of two writers the one with the higher version is right,
 * wherever either began: a lost race needs no retry, and neither does an answer that was lost on the way. An item without
 * a version is no view: whatever wrote it, the view takes its place.
 */
export async function writeView(runtime: Runtime, item: ViewItem): Promise<number> {
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: item,
        ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': item.version },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return item.version;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item ? Number(unmarshall(error.Item).version) : item.version;
  }
}

/**
 * The view of one stream with these events, as one generation would have it, and not written yet; undefined where the projection keeps none.
 * AWS calls and errors as those of `project`, but for the put.
 */
export async function foldStream(
  runtime: Runtime,
  projection: Projection,
  events: readonly StoredEvent[],
  generation: number,
): Promise<Folded | undefined> {
  const found = events[0] && viewOfStream(projection, events[0].streamId);
  return found && foldInto(runtime, found.view, events, generation);
}

/**
 * Brings one generation's view of one stream up to the newest of `events`; see `project`. Does nothing where the
 * projection keeps no view of it.
 */
export async function projectStream(
  runtime: Runtime,
  projection: Projection,
  events: readonly StoredEvent[],
  generation: number,
): Promise<void> {
  const found = events[0] && viewOfStream(projection, events[0].streamId);
  if (found) await project(runtime, found.view, events, generation);
}
