import { type EventType, eventTypes } from '#domain/index.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { dayOf } from '#kit/event-store/event-item.ts';
import { timeOf } from '#kit/events/ids.ts';
import { doneOnce } from '#kit/messaging/idempotency.ts';
import { type ProjectedAggregate, projectionOf, versionsReached } from '#kit/projections/view-versions.ts';
import { inboxKey, salesKey, salesShardOf } from '#read-model/keys.ts';
import { notSettled } from './payments.ts';

/**
 * What shows that a consumer has had an event. A projection tells by its version, but it also reads what no message
 * ever told it (gaps, from the events table); so each type that others receive as well has a second, exact witness:
 * one that has its trace only if this very event was delivered. What reached one consumer was published, and SNS gives
 * what was published to every subscription.
 */
export interface Witness {
  /** By its name in serverless.yml. */
  consumer: string;
  /** Set where the consumer is a projection: then the newest event of a stream brings its view to the head. */
  projection?: true;
  /** Of these events, all of one type, those that the consumer has not had; it has forgotten those older than 29 days. */
  misses(runtime: Runtime, keys: readonly EventKey[]): Promise<Miss[]>;
}

export interface Miss {
  key: EventKey;
  /** The version at which a projection's view of the stream is, 0 where there is none. */
  reached?: number;
}

/** By event type. Whoever adds a type says how its loss would be noticed; none = no consumer receives it. */
export const witnesses: Record<EventType, readonly Witness[]> = {
  CustomerRegistered: [view('customer')],
  CustomerRenamed: [view('customer')],
  OrderCreated: [view('order'), sales()],
  OrderPaid: [view('order')],
  OrderShipped: [view('order'), sales()],
  OrderDelivered: [view('order'), notifications()],
  OrderCancelled: [view('order'), sales()],
  PaymentCaptured: [orderPayments()],
  PaymentDeclined: [notifications()],
  PaymentRefunded: [],
  StockReceived: [view('inventory')],
  StockReserved: [view('inventory')],
  StockRejected: [view('inventory')],
  StockReleased: [view('inventory')],
};

/** Those whose loss somebody would notice. */
export const auditedTypes: readonly EventType[] = eventTypes.filter((type) => witnesses[type].length > 0);

/** AWS calls: a batch get for each 100 streams. */
function view(aggregateType: ProjectedAggregate): Witness {
  const idOf = ({ streamId }: EventKey) => streamId.slice(aggregateType.length + 1);
  return {
    consumer: projectionOf(aggregateType),
    projection: true,
    async misses(runtime, keys) {
      const reached = await versionsReached(runtime, aggregateType, [...new Set(keys.map(idOf))]);
      return keys
        .map((key) => ({ key, reached: reached.get(idOf(key)) ?? 0 }))
        .filter(({ key, reached }) => reached < key.version);
    },
  };
}

/** The inbox marker with which sales count an event. AWS calls: a batch get for each 100 events. */
function sales(): Witness {
  const consumer = 'sales';
  const markerOf = ({ eventId, streamId }: EventKey) => {
    const orderId = streamId.slice('order-'.length);
    return inboxKey(consumer, eventId, salesKey(dayOf(timeOf(eventId)), salesShardOf(orderId)));
  };
  return {
    consumer,
    async misses(runtime, keys) {
      const markers = await batchGet(runtime, keys.map(markerOf));
      const there = new Set(markers.map(({ pk }) => pk));
      return keys.filter((key) => !there.has(markerOf(key).pk)).map((key) => ({ key }));
    },
  };
}

/** The record of what was told. AWS calls: a get for each event. */
function notifications(): Witness {
  const consumer = 'notifications';
  return {
    consumer,
    async misses(runtime, keys) {
      const told = await doneOnce(
        runtime,
        consumer,
        keys.map(({ eventId }) => eventId),
      );
      return keys.filter(({ eventId }) => !told.has(eventId)).map((key) => ({ key }));
    },
  };
}

/** What became of the payment. AWS calls: three batch gets for each 100, and a query for each that is open. */
function orderPayments(): Witness {
  return {
    consumer: 'order-payments',
    misses: async (runtime, keys) => (await notSettled(runtime, keys)).map((key) => ({ key })),
  };
}
