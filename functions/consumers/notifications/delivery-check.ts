import type { EventType } from '#domain/index.ts';
import { findCompleted } from '#kit/messaging/idempotency.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';

const consumer = 'notifications';

/** By the record of what was sent. AWS calls: a get for each event; so only of types that no cheaper check tells of. */
export const deliveryCheck: DeliveryCheck = {
  consumer,
  eventTypes: [
    'OrderDelivered',
    'PaymentDeclined',
    'FraudReviewEscalated',
    'CustomsDeclarationEscalated',
  ] satisfies EventType[],
  async findUndelivered(runtime, keys) {
    const sent = await findCompleted(
      runtime,
      consumer,
      keys.map(({ eventId }) => eventId),
    );
    return keys.filter(({ eventId }) => !sent.has(eventId)).map((key) => ({ key }));
  },
};
