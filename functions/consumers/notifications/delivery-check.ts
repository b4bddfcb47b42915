import { typesOf } from '#kit/events/policy.ts';
import { findCompleted } from '#kit/messaging/idempotency.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { notifications } from './policy.ts';

const { consumer, eventTypes } = typesOf(notifications);

/** By the record of what was sent. AWS calls: a get for each event. */
export const deliveryCheck: DeliveryCheck = {
  consumer,
  eventTypes,
  async findUndelivered(runtime, keys) {
    const sent = await findCompleted(
      runtime,
      consumer,
      keys.map(({ eventId }) => eventId),
    );
    return keys.filter(({ eventId }) => !sent.has(eventId)).map((key) => ({ key }));
  },
};
