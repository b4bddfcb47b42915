import { shardOf } from '#kit/event-store/event-item.ts';

/** The primary key of an item of the read-model table. These names reach storage: never change one. */
export interface ItemKey {
  pk: string;
  sk: string;
}

export const CUSTOMER_ORDERS_INDEX = 'customer-orders';
export const LISTING_INDEX = 'listing';

const VIEW = 'VIEW';

export const orderKey = (orderId: string): ItemKey => ({ pk: `ORDER#${orderId}`, sk: VIEW });

export const customerKey = (customerId: string): ItemKey => ({ pk: `CUSTOMER#${customerId}`, sk: VIEW });

export const stockKey = (sku: string): ItemKey => ({ pk: `STOCK#${sku}`, sk: VIEW });

export const fraudReviewKey = (orderId: string): ItemKey => ({ pk: `FRAUD_REVIEW#${orderId}`, sk: VIEW });

export const customsDeclarationKey = (orderId: string): ItemKey => ({
  pk: `CUSTOMS_DECLARATION#${orderId}`,
  sk: VIEW,
});

/** All notifications of an order lie in one partition, in the order of time (`eventId` is a UUIDv7). */
export const notificationsPartition = (orderId: string): string => `NOTIFICATIONS#${orderId}`;

export const notificationKey = (orderId: string, eventId: string): ItemKey => ({
  pk: notificationsPartition(orderId),
  sk: eventId,
});

/** How many items a day's sales are counted in, so that neither one partition nor one item takes every order. */
export const SALES_SHARDS = 4;

/** One share of a day's sales; `day` is yyyy-mm-dd in UTC. The shard is in `pk`: each is a partition of its own. */
export const salesKey = (day: string, shard: number): ItemKey => ({
  pk: `SALES#${day}#${shard}`,
  sk: 'COUNTERS',
});

/** The share in which an order is counted. */
export const salesShardOf = (orderId: string): number => shardOf(orderId, SALES_SHARDS);

/** Says that `consumer` has taken the event into `target`; see `applyOnce`. */
export const inboxKey = (consumer: string, eventId: string, target: ItemKey): ItemKey => ({
  pk: `INBOX#${consumer}#${eventId}`,
  sk: `${target.pk}#${target.sk}`,
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

/**
 * A partition, of the table or of an index, as a generation has it: so the lists of two never mix. The first has the
 * bare name, as everything had before there were generations. Sort keys are the same in all: cursors survive a switch.
 */
export const partitionIn = (generation: number, partition: string): string =>
  generation === 1 ? partition : `G${generation}#${partition}`;

const PARTITION_KEYS = ['pk', 'customerPk', 'listPk'];

/** An item of the first generation as another one has it. */
export const inGeneration = <Item extends ItemKey>(generation: number, item: Item): Item =>
  withPartitions(item, (partition) => partitionIn(generation, partition));

/** The opposite: what an item of any generation would be in the first. */
export const inFirstGeneration = <Item extends ItemKey>(item: Item): Item =>
  withPartitions(item, (partition) => partition.replace(/^G\d+#/, ''));

const withPartitions = <Item extends ItemKey>(item: Item, change: (partition: string) => string): Item =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      PARTITION_KEYS.includes(name) ? change(String(value)) : value,
    ]),
  ) as Item;

/** How far `audit` has come: a single item. */
export const auditKey: ItemKey = { pk: 'AUDIT', sk: 'STATE' };

/** Index `customer-orders`: one partition a customer, its orders in the order of time. */
export const customerOrdersPartition = (customerId: string): string => `CUSTOMER#${customerId}`;

export const customerOrderKeys = (order: { customerId: string; createdAt: string; orderId: string }) => ({
  customerPk: customerOrdersPartition(order.customerId),
  customerSk: `${order.createdAt}#${order.orderId}`,
});

// What an item carries for the table's sake and no reader wants to see.
const STORAGE_ATTRIBUTES = new Set(['pk', 'sk', 'customerPk', 'customerSk', 'listPk', 'listSk', 'expiresAt']);

/** An item without the attributes that only the table and its indexes need. */
export const viewOf = <View>(item: object): View =>
  Object.fromEntries(Object.entries(item).filter(([name]) => !STORAGE_ATTRIBUTES.has(name))) as View;
