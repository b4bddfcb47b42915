import { registry } from '#domain/index.ts';
import { timeOf } from '#kit/events/ids.ts';
import { attributeFilter } from '#tests/properties/fakes/sns.ts';
import { INDEX_LAG_MS, type Operation } from '#tests/properties/simulator/operator.ts';
import type { World } from '#tests/properties/simulator/world.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';

/**
 * What an operation said that it has done, it has: every event of its range that was there when it began, and that a consumer's
 * filter lets through, it has sent since then: a republish to the topic, a backfill to the consumer's queue.
 */
export function checkOperations(
  { events }: History,
  { traces, subscriptions }: World,
  operations: readonly Operation[],
  findings: Findings,
): void {
  if (!traces) return;
  for (const { name, consumer, startedAt, from, to } of operations) {
    const filters = subscriptions
      .filter((one) => consumer === undefined || one.consumer === consumer)
      .map(({ filterPolicy }) => attributeFilter(filterPolicy));
    const sent = new Set(
      traces.sentByOperations
        .filter((one) => one.consumer === consumer && one.at >= startedAt)
        .map(({ eventId }) => eventId),
    );
    for (const event of events) {
      const { eventId, eventType, streamId, version } = event;
      const time = timeOf(eventId);
      const isDue = from <= time && time < to && traces.appendedAt(eventId) < startedAt - INDEX_LAG_MS;
      if (!isDue || sent.has(eventId) || !filters.some((takes) => takes(attributesOf(event)))) continue;
      findings.add('lost', `the ${name} ${consumer ?? ''} left out ${eventType} ${streamId}@${version}`);
    }
  }
}

const attributesOf = (event: History['events'][number]) =>
  Object.fromEntries(
    Object.entries(registry.messageAttributes(event)).map(([name, value]) => [
      name,
      { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
    ]),
  );
