import type { EventType } from '#domain/index.ts';
import { batchGet } from '#kit/aws/batch-get.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { dayOf } from '#kit/event-store/event-item.ts';
import { timeOf } from '#kit/events/ids.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { inboxKey } from '#kit/projections/keys.ts';
import { salesKey, salesShardOf } from '#read-model/keys.ts';

const consumer = 'sales';

/** By the inbox marker with which sales count an event. AWS calls: a batch get for each 100 events. */
export const deliveryCheck: DeliveryCheck = {
  consumer,
  eventTypes: [
    'OrderCreated',
    'OrderShipped',
    'OrderCancelled',
    'PaymentCaptured',
    'PaymentRefunded',
    'RefundFailed',
    'PaymentChargedBack',
  ] satisfies EventType[],
  async findUndelivered(runtime, keys) {
    const markers = await batchGet(runtime, 'READ_MODEL_TABLE', keys.map(markerOf));
    const there = new Set(markers.map(({ pk }) => pk));
    return keys.filter((key) => !there.has(markerOf(key).pk)).map((key) => ({ key }));
  },
};

function markerOf({ eventId, streamId }: EventKey) {
  // Neither `order` nor `payment` holds a hyphen.
  const aggregateId = streamId.slice(streamId.indexOf('-') + 1);
  return inboxKey(consumer, eventId, salesKey(dayOf(timeOf(eventId)), salesShardOf(aggregateId)));
}
