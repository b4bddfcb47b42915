import type { ShopRuntime } from '#application';
import type { DomainEvent, EventType } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { load } from '#kit/event-store/load.ts';
import { UnreadableEvent } from '#kit/events/unreadable-event.ts';
import type { DeliveryCheck } from '#kit/operations/delivery-check.ts';
import { isOutcomeOf } from './outcome.ts';

/**
 * By the outcome in the payment's stream, where the gateway answers at once. Where a report tells the outcome, nothing
 * tells whether the consumer has asked. AWS calls: a consistent query for each refund that was requested.
 */
export const deliveryCheck: DeliveryCheck = {
  consumer: 'refunds',
  eventTypes: ['RefundRequested'] satisfies EventType[],
  async findUndelivered(runtime: Runtime, keys) {
    if ((runtime as ShopRuntime).setting('REFUND_GATEWAY') === 'report') return [];
    const answered = await Promise.all(
      keys.map(async ({ streamId, version }) => {
        try {
          const [requested, ...since] = await load<DomainEvent>(runtime, streamId, { after: version - 1 });
          return (
            requested?.eventType === 'RefundRequested' &&
            since.some((event) => isOutcomeOf(event, requested.data.refundId))
          );
        } catch (error) {
          // It is sent again, and its dead letter says why.
          if (error instanceof UnreadableEvent) return false;
          throw error;
        }
      }),
    );
    return keys.filter((_, index) => !answered[index]).map((key) => ({ key }));
  },
};
