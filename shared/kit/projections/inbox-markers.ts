import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, type PutCommandInput } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '#kit/aws/batch-get.ts';
import { insertItems } from '#kit/aws/insert-items.ts';
import { unmarshall } from '#kit/aws/unmarshall.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type Batch, expiryOf, giveUp, readApplied } from './inbox-batch.ts';
import { type ItemKey, inboxKey, nameOfKey } from './keys.ts';

/** An event, and in what it counts once. */
export interface Counted {
  eventId: string;
  /** The target of its change, or one of them where several are one count: the same whenever the event comes again. */
  scope: ItemKey;
}

/** Those of before version 0.3 name no batch: they were written in one transaction with what they counted. */
interface Marker extends ItemKey {
  batchId?: string;
}

type OwnMarker = ItemKey & { batchId: string; expiresAt: number };

const keyOf = (consumer: string, { eventId, scope }: Counted): ItemKey => inboxKey(consumer, eventId, scope);

/**
 * Makes the marker of each event name this batch. `own` are the events that the batch has to count: no other event has such
 * a marker, so that none is missing where it is applied. `taken` are those that another process has taken at this moment. What has
 * counted before is in neither.
 */
export async function claim<Event extends Counted>(
  runtime: Runtime,
  batch: Batch,
  events: readonly Event[],
): Promise<{ own: Event[]; taken: Event[] }> {
  const expiresAt = expiryOf(runtime);
  const markerOf = new Map(
    events.map((event) => [event, { ...keyOf(batch.consumer, event), batchId: batch.id, expiresAt }]),
  );
  const unwritten = new Set(await insertItems(runtime, [...markerOf.values()]));
  const again = events.filter((event) => unwritten.has(markerOf.get(event) as OwnMarker));
  const own = events.filter((event) => !again.includes(event));
  const taken: Event[] = [];
  if (again.length === 0) return { own, taken };

  const { markers, applied } = await readInbox(runtime, batch.consumer, again, true);
  const givenUp = new Map<string, boolean>();
  for (const event of again) {
    const wanted = markerOf.get(event) as OwnMarker;
    // Where it was not inserted although none was there, for whatever reason, it is put.
    const { batchId } = markers.get(nameOfKey(wanted)) ?? (await writeMarker(runtime, wanted, WHERE_NONE_IS));
    if (batchId === undefined || applied.has(batchId)) continue;
    if (batchId === batch.id) {
      own.push(event);
      continue;
    }
    const isFree = givenUp.get(batchId) ?? (await giveUp(runtime, { ...batch, id: batchId }));
    givenUp.set(batchId, isFree);
    if (!isFree) continue;
    const marker = await writeMarker(runtime, wanted, whereItNames(batchId));
    (marker.batchId === batch.id ? own : taken).push(event);
  }
  return { own, taken };
}

/**
 * Which of these events have not counted for `consumer`; eventually consistent. AWS calls: a batch get for each 100 events,
 * and one for each 100 of the batches that they were in.
 */
export async function findUncounted<Event extends Counted>(
  runtime: Runtime,
  consumer: string,
  events: readonly Event[],
): Promise<Event[]> {
  const { markers, applied } = await readInbox(runtime, consumer, events, false);
  return events.filter((event) => {
    const marker = markers.get(nameOfKey(keyOf(consumer, event)));
    return !marker || (marker.batchId !== undefined && !applied.has(marker.batchId));
  });
}

async function readInbox(
  runtime: Runtime,
  consumer: string,
  events: readonly Counted[],
  consistent: boolean,
): Promise<{ markers: Map<string, Marker>; applied: Set<string> }> {
  const keys = events.map((event) => keyOf(consumer, event));
  const found = (await batchGet(runtime, 'READ_MODEL_TABLE', keys, { consistent })) as unknown as Marker[];
  const ids = new Set(found.flatMap(({ batchId }) => batchId ?? []));
  return {
    markers: new Map(found.map((marker) => [nameOfKey(marker), marker])),
    applied: await readApplied(runtime, consumer, [...ids], consistent),
  };
}

const WHERE_NONE_IS = { ConditionExpression: 'attribute_not_exists(pk)' };

const whereItNames = (batchId: string) => ({
  ConditionExpression: 'batchId = :batchId',
  ExpressionAttributeValues: { ':batchId': batchId },
});

/**
 * Writes the marker on a condition. Answers with the one that is there now: this one too where the answer to the first
 * attempt was lost and the repetition failed.
 */
async function writeMarker(
  runtime: Runtime,
  marker: OwnMarker,
  condition: Pick<PutCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>,
): Promise<Marker> {
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: marker,
        ...condition,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return marker;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException && error.Item)) throw error;
    return unmarshall(error.Item) as unknown as Marker;
  }
}
