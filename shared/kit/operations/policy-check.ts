import type { Runtime } from '#kit/config/runtime.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { fromItem } from '#kit/event-store/event-item.ts';
import { load } from '#kit/event-store/load.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import type { Policy } from '#kit/events/policy.ts';
import { InvalidEventSequence, UnreadableEvent } from '#kit/events/unreadable-event.ts';
import { isFulfilled, type PlanSources, planPolicy, tablesOf } from '#kit/messaging/plan-policy.ts';
import type { DeliveryCheck } from './delivery-check.ts';

/**
 * By the plan of a consumer's policy: it has had an event when the event's commands have nothing left to do. What the
 * policy goes by is read as it is now, so this tells what is left to do, whoever did the rest.
 *
 * @param policyOf the policy, where it depends on settings
 * AWS calls: a batch get for each 100 events; for each event a query for each stream that its policy asks for, eventually
 * consistent, which costs half: a stale one leads to a message that changes nothing.
 */
export const policyCheck = <Event extends StoredEvent, Settings extends Runtime>(
  { consumer, eventTypes }: Pick<DeliveryCheck, 'consumer' | 'eventTypes'>,
  policyOf: (runtime: Settings) => Policy<Event>,
): DeliveryCheck => ({
  consumer,
  eventTypes,
  async findUndelivered(runtime, keys) {
    const policy = policyOf(runtime as Settings);
    const { registry } = runtime.application;
    const open = new Set<string>();
    await Promise.all(
      (await getStored(runtime, keys)).map(async (item) => {
        try {
          const event = registry.upcast(fromItem(item)) as Event;
          const plan = await planPolicy(runtime, policy, event, sourcesOf(runtime));
          if (!isFulfilled(plan)) open.add(item.eventId);
        } catch (error) {
          // What cannot be read is sent again, so that it ends in the dead letters, with the reason.
          if (!(error instanceof UnreadableEvent || error instanceof InvalidEventSequence)) throw error;
          open.add(item.eventId);
        }
      }),
    );
    return keys.filter(({ eventId }) => open.has(eventId)).map((key) => ({ key }));
  },
});

const sourcesOf = (runtime: Runtime): PlanSources => ({
  ...tablesOf(runtime),
  load: (streamId) => load(runtime, streamId, { consistent: false }),
});
