import type { EventType } from '#domain/index.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { dayOf } from '#kit/event-store/event-item.ts';
import { timeOf } from '#kit/events/ids.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { findUncounted } from '#kit/projections/inbox-markers.ts';
import { salesScope } from '#read-model/keys.ts';

const consumer = 'sales';

/** By the inbox marker with which sales count an event, and what became of its batch. AWS calls: those of `findUncounted`. */
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
    const events = keys.map((key) => ({ key, eventId: key.eventId, scope: scopeOf(key) }));
    return findUncounted(runtime, consumer, events);
  },
};

function scopeOf({ eventId, streamId }: EventKey) {
  // Neither `order` nor `payment` holds a hyphen.
  const aggregateId = streamId.slice(streamId.indexOf('-') + 1);
  return salesScope(dayOf(timeOf(eventId)), aggregateId);
}
