import { application } from '#application';
import type { DomainEvent } from '#domain/index.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { type EventItem, fromItem } from '#kit/event-store/event-item.ts';
import { typesOf } from '#kit/events/policy.ts';
import { UnreadableEvent } from '#kit/events/unreadable-event.ts';
import { type CheckReads, createCheckReads } from '#kit/operations/check-reads.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { notificationKey } from '#read-model/keys.ts';
import { notifications } from './policy.ts';

const { consumer, eventTypes } = typesOf(notifications);

/**
 * By the message that the read model keeps, also of an email: it is recorded after it was sent, so a record tells both. AWS calls: a
 * batch get for each 100 events, and another one for those of payments.
 */
export const deliveryCheck: DeliveryCheck = {
  consumer,
  eventTypes,
  async findUndelivered(runtime, keys, reads = createCheckReads(runtime)) {
    const { orderIds, untold } = await readOrderIds(reads, keys);
    const kept = await keptMessages(runtime, orderIds);
    return keys.filter(({ eventId }) => !kept.has(eventId) && !untold.has(eventId)).map((key) => ({ key }));
  },
};

/** These streams are named after the order. */
const OF_AN_ORDER = /^(?:order|fraud-review|customs-declaration)-(.+)$/;

interface OrderIds {
  /** By `eventId`. */
  orderIds: Map<string, string>;
  /** The events of which nobody is told: their order is not known. */
  untold: Set<string>;
}

async function readOrderIds(reads: CheckReads, keys: readonly EventKey[]): Promise<OrderIds> {
  const found: OrderIds = { orderIds: new Map(), untold: new Set() };
  const others: EventKey[] = [];
  for (const key of keys) {
    const [, orderId] = OF_AN_ORDER.exec(key.streamId) ?? [];
    if (orderId === undefined) others.push(key);
    else found.orderIds.set(key.eventId, orderId);
  }
  for (const item of await reads.stored(others)) {
    const event = readable(item);
    if (!event) continue;
    const { eventType, eventId, data } = event;
    const isToCustomer = eventType === 'PaymentDeclined' || eventType === 'PaymentRefunded';
    if (isToCustomer && data.customerId === undefined) found.untold.add(eventId);
    if ('orderId' in data) found.orderIds.set(eventId, data.orderId);
  }
  return found;
}

/** Undefined where this code cannot read it: then it is sent again, and its dead letter says why. */
function readable(item: EventItem): DomainEvent | undefined {
  try {
    return application.registry.upcast(fromItem(item)) as DomainEvent;
  } catch (error) {
    if (error instanceof UnreadableEvent) return undefined;
    throw error;
  }
}

async function keptMessages(runtime: Runtime, orderIds: ReadonlyMap<string, string>): Promise<Set<unknown>> {
  const keys = Array.from(orderIds, ([eventId, orderId]) => notificationKey(orderId, eventId));
  const messages = await batchGet(runtime, 'READ_MODEL_TABLE', keys);
  return new Set(messages.map(({ eventId }) => eventId));
}
