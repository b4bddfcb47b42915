/**
 * The primary key of an item of the read-model table. Attributes named `pk` and `sk`, or ending in `Pk` and `Sk` (keys of
 * the indexes), and `expiresAt` (the TTL) belong to the table: no view has a field of such a name, no reader sees them.
 * The key prefixes here reach storage: never change one.
 */
export interface ItemKey {
  pk: string;
  sk: string;
}

/** A key as one text. */
export const nameOfKey = ({ pk, sk }: ItemKey): string => JSON.stringify([pk, sk]);

/** Names the batch in which the event counts for `consumer`, once for each `scope`; see `applyOnce`. */
export const inboxKey = (consumer: string, eventId: string, scope: ItemKey): ItemKey => ({
  pk: `INBOX#${consumer}#${eventId}`,
  sk: `${scope.pk}#${scope.sk}`,
});

/** What became of a batch of events. Both ids are UUIDv7s, so it is no event's. */
export const inboxBatchKey = (consumer: string, batchId: string): ItemKey => ({
  pk: `INBOX#${consumer}#${batchId}`,
  sk: 'BATCH',
});

/** Which generations of a projection there are; see generations.ts. */
export const generationsKey = (projection: string): ItemKey => ({
  pk: `PROJECTION#${projection}`,
  sk: 'GENERATIONS',
});

/** How far the work on a generation has got: one partition, an item for each phase and segment. */
export const checkpointsPartition = (projection: string, generation: number): string =>
  `REBUILD#${projection}#${generation}`;

export const checkpointKey = (
  projection: string,
  generation: number,
  phase: string,
  segment: number,
): ItemKey => ({
  pk: checkpointsPartition(projection, generation),
  sk: `${phase}#${String(segment).padStart(4, '0')}`,
});

/** The state of a stream as some code folds it; another code has another `hash`. */
export const snapshotKey = (streamId: string, hash: string): ItemKey => ({
  pk: `SNAPSHOT#${streamId}`,
  sk: hash,
});

/** How far `audit` has come: a single item. */
export const auditKey: ItemKey = { pk: 'AUDIT', sk: 'STATE' };

/** A window that the audit has checked, by its begin (ISO 8601): what had arrived then. */
export const AUDITED_WINDOWS = 'AUDIT#WINDOWS';

export const auditedWindowKey = (from: string): ItemKey => ({ pk: AUDITED_WINDOWS, sk: from });

/** How far the lanes of a window have got: one partition, an item for each lane. */
export const auditLanesPartition = (pass: string, from: string): string => `AUDIT#${pass}#${from}`;

export const auditLaneKey = (pass: string, from: string, lane: string): ItemKey => ({
  pk: auditLanesPartition(pass, from),
  sk: lane,
});

/** How far the tick that sends due events has come: a single item. */
export const deadlinesKey: ItemKey = { pk: 'DEADLINES', sk: 'STATE' };

/**
 * A partition, of the table or of an index, as a generation has it: so the lists of two never mix. The first has the
 * bare name, as everything had before there were generations. Sort keys are the same in all: cursors survive a switch.
 */
export const partitionInGeneration = (generation: number, partition: string): string =>
  generation === 1 ? partition : `G${generation}#${partition}`;

/** An item of the first generation as another one has it. */
export const keyInGeneration = <Item extends ItemKey>(generation: number, item: Item): Item =>
  withPartitions(item, (partition) => partitionInGeneration(generation, partition));

/** The opposite: what an item of any generation would be in the first. */
export const keyInFirstGeneration = <Item extends ItemKey>(item: Item): Item =>
  withPartitions(item, (partition) => partition.replace(/^G\d+#/, ''));

const isPartitionKey = (attribute: string): boolean => attribute === 'pk' || attribute.endsWith('Pk');

const isSortKey = (attribute: string): boolean => attribute === 'sk' || attribute.endsWith('Sk');

const withPartitions = <Item extends ItemKey>(item: Item, change: (partition: string) => string): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, isPartitionKey(name) ? change(String(value)) : value]),
  ) as Item;

/** An item without the attributes that only the table and its indexes need. */
export const withoutStorageKeys = <View>(item: object): View =>
  Object.fromEntries(
    Object.entries(item).filter(
      ([name]) => !(isPartitionKey(name) || isSortKey(name) || name === 'expiresAt'),
    ),
  ) as View;
