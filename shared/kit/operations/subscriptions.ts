import type { Runtime } from '#kit/config/runtime.ts';
import type { FilterAttributes } from '#kit/event-store/event-item.ts';
import { type FilterPolicy, matchesFilter } from '#kit/messaging/filter-policy.ts';
import { InvalidOperation } from './input.ts';

/** A consumer's subscription to the topic, as it was deployed. */
export interface Subscription {
  consumer: string;
  /** URL of its queue. */
  queue: string;
  filter: FilterPolicy;
}

/** Every subscribed consumer's (CONSUMER_SUBSCRIPTIONS, made in resources/consumers). */
export const subscriptions = (runtime: Runtime): Subscription[] =>
  Object.entries(runtime.setting('CONSUMER_SUBSCRIPTIONS')).flatMap(([consumer, { queue, filter }]) =>
    filter ? [{ consumer, queue, filter }] : [],
  );

/** One consumer's. Throws InvalidOperation where there is no such consumer, naming all there are, or where it is not subscribed. */
export function subscriptionOf(runtime: Runtime, name: string): Subscription {
  const all = subscriptions(runtime);
  const found = all.find(({ consumer }) => consumer === name);
  if (found) return found;
  const names = all.map(({ consumer }) => consumer).join(', ');
  throw new InvalidOperation(
    Object.hasOwn(runtime.setting('CONSUMER_SUBSCRIPTIONS'), name)
      ? `${name} is not subscribed to the topic and has no filter; those that are: ${names}`
      : `no consumer is called ${name}; there are ${names}`,
  );
}

/** The attributes that every event has, and that are known without reading it. */
const always: readonly string[] = ['eventType', 'aggregateType'];

/** Whether the filter may let events of this type through; it may depend on what else they say. */
export const takesType = (filter: FilterPolicy, type: FilterAttributes): boolean =>
  matchesFilter(Object.fromEntries(Object.entries(filter).filter(([name]) => always.includes(name))), type);

/** Whether the filter asks for more than an event's type: then the event has to be read. */
export const readsAttributes = (filter: FilterPolicy): boolean =>
  Object.keys(filter).some((name) => !always.includes(name));
