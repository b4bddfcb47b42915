import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { BY_TYPE_INDEX, type EventItem } from '#kit/event-store/event-item.ts';
import { type ItemKey, partitionInGeneration } from '#kit/projections/keys.ts';
import { type Projection, streamPrefixes } from '#kit/projections/projection.ts';

/** So many items are looked at for a page. */
export const PAGE_SIZE = 1_000;

/** Where a scan goes on: the whole key of the last item. */
export type StartKey = Record<string, unknown>;

export interface Page<Item> {
  items: Item[];
  scanned: number;
  /** Absent at the end of the segment. */
  next?: StartKey;
}

export interface ScanOptions {
  segment: number;
  segments: number;
  startKey: StartKey | undefined;
}

/**
 * A page of the events of the streams that a projection keeps views of, from a parallel scan of the events table: a segment has each of its
 * streams whole, its events one after the other. AWS calls: one consistent scan.
 */
export async function eventsPage(
  runtime: Runtime,
  projection: Projection,
  options: ScanOptions,
): Promise<Page<EventItem>> {
  const filter = prefixFilter('streamId', streamPrefixes(projection));
  const answer = await runtime.dynamo.send(
    new ScanCommand({
      TableName: runtime.setting('EVENTS_TABLE'),
      FilterExpression: filter.expression,
      ExpressionAttributeValues: filter.values,
      ConsistentRead: true,
      ...scanned(options),
    }),
  );
  return pageOf<EventItem>(answer);
}

/** Where a scan of the events table goes on after this event. */
export const keyOfEvent = (event: EventItem | undefined): StartKey | undefined =>
  event && { streamId: event.streamId, version: event.version };

/** The first event's entry in the index `by-type`, which every stream has one of, on whatever day it began. */
export interface StreamEntry extends StartKey {
  streamId: string;
}

/**
 * A page of the streams that a projection keeps views of, from a parallel scan of the index of keys: a stream's whole
 * first entry is where a scan goes on. The index is eventually consistent. AWS calls: one scan.
 */
export async function streamsPage(
  runtime: Runtime,
  projection: Projection,
  options: ScanOptions,
): Promise<Page<StreamEntry>> {
  const filter = prefixFilter('streamId', streamPrefixes(projection));
  const answer = await runtime.dynamo.send(
    new ScanCommand({
      TableName: runtime.setting('EVENTS_TABLE'),
      IndexName: BY_TYPE_INDEX,
      FilterExpression: `#version = :first AND (${filter.expression})`,
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':first': 1, ...filter.values },
      ...scanned(options),
    }),
  );
  return pageOf<StreamEntry>(answer);
}

/** A page of the keys of all items of a generation, whoever wrote them. AWS calls: one consistent scan. */
export async function generationPage(
  runtime: Runtime,
  projection: Projection,
  generation: number,
  options: ScanOptions,
): Promise<Page<ItemKey & StartKey>> {
  const filter = prefixFilter('pk', partitionsOf(projection, generation));
  const answer = await runtime.dynamo.send(
    new ScanCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      FilterExpression: filter.expression,
      ExpressionAttributeValues: filter.values,
      ProjectionExpression: 'pk, sk',
      ConsistentRead: true,
      ...scanned(options),
    }),
  );
  return pageOf<ItemKey & StartKey>(answer);
}

/** Whether an item with this key is one of the generation's. */
export const isOfGeneration = (projection: Projection, generation: number, { pk }: StartKey): boolean =>
  partitionsOf(projection, generation).some((prefix) => String(pk).startsWith(prefix));

/** How the partitions of a generation's items begin. */
const partitionsOf = ({ views }: Projection, generation: number): string[] =>
  Object.values(views).map(({ key }) => partitionInGeneration(generation, key('').pk));

const scanned = ({ segment, segments, startKey }: ScanOptions) => ({
  Segment: segment,
  TotalSegments: segments,
  Limit: PAGE_SIZE,
  ExclusiveStartKey: startKey,
});

function prefixFilter(attribute: string, prefixes: readonly string[]) {
  const names = prefixes.map((_, index) => `:prefix${index}`);
  return {
    expression: names.map((name) => `begins_with(${attribute}, ${name})`).join(' OR '),
    values: Object.fromEntries(names.map((name, index) => [name, prefixes[index]])),
  };
}

function pageOf<Item>(answer: {
  Items?: object[] | undefined;
  ScannedCount?: number | undefined;
  LastEvaluatedKey?: StartKey | undefined;
}): Page<Item> {
  const { Items = [], ScannedCount = 0, LastEvaluatedKey: next } = answer;
  return { items: Items as Item[], scanned: ScannedCount, ...(next && { next }) };
}
