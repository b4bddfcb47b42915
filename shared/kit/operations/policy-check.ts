import type { Runtime } from '#kit/config/runtime.ts';
import { fromItem } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import type { Asking, Policy } from '#kit/events/policy.ts';
import { UnreadableEvent } from '#kit/events/unreadable-event.ts';
import { answerOf, isFulfilled, planPolicy } from '#kit/messaging/plan-policy.ts';
import { createCheckReads } from './check-reads.ts';
import type { DeliveryCheck } from './delivery-check.ts';

export interface PolicyCheckOptions<Event extends StoredEvent> {
  /**
   * A cheaper question than the plan: true where the event certainly has nothing left to do. It may ask for states, as a
   * policy does.
   */
  isSettled?(event: Event): Asking<boolean>;
}

/**
 * By the plan of a consumer's policy: it has had an event when the event's commands have nothing left to do. What the
 * policy goes by is read as it is now, so this tells what is left to do, whoever did the rest.
 *
 * @param policyOf the policy, where it depends on settings
 * AWS calls: a batch get for each 100 events, and a query or two for each stream that their policy asks for (`CheckReads`).
 */
export const policyCheck = <Event extends StoredEvent, Settings extends Runtime = Runtime>(
  { consumer, eventTypes }: Pick<DeliveryCheck, 'consumer' | 'eventTypes'>,
  policyOf: (runtime: Settings) => Policy<Event>,
  { isSettled }: PolicyCheckOptions<Event> = {},
): DeliveryCheck => ({
  consumer,
  eventTypes,
  async findUndelivered(runtime, keys, reads = createCheckReads(runtime)) {
    const policy = policyOf(runtime as Settings);
    const { registry } = runtime.application;
    const items = await reads.stored(keys);
    const read = new Set(items.map(({ eventId }) => eventId));
    const open = new Set(keys.map(({ eventId }) => eventId).filter((eventId) => !read.has(eventId)));
    await Promise.all(
      items.map(async (item) => {
        try {
          const event = registry.upcast(fromItem(item)) as Event;
          if (isSettled && (await answerOf(isSettled(event), reads))) return;
          const plan = await planPolicy(runtime, policy, event, reads);
          if (!isFulfilled(plan)) open.add(item.eventId);
        } catch (error) {
          // What cannot be read is sent again, so that it ends in the dead letters, with the reason.
          if (!(error instanceof UnreadableEvent)) throw error;
          open.add(item.eventId);
        }
      }),
    );
    return keys.filter(({ eventId }) => open.has(eventId)).map((key) => ({ key }));
  },
});
