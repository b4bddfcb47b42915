import { expect, test } from '@jest/globals';
import { application } from '#application';
import { eventDefinitions, registry } from '#domain/index.ts';
import { checksOf } from '#functions/operations/audit/delivery-checks.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';

/** Who may get events of each type, by the subscriptions; conditions on more than the type are left out of account. */
function consumersOf({ Resources }: Template, eventType: (typeof registry.eventTypes)[number]): string[] {
  const { aggregateType } = eventDefinitions[eventType];
  return Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
    if (Type !== 'AWS::SNS::Subscription') return [];
    const policy = Properties?.FilterPolicy as { eventType?: unknown[]; aggregateType?: unknown[] };
    const takes =
      (policy.eventType?.includes(eventType) ?? true) &&
      (policy.aggregateType?.includes(aggregateType) ?? true);
    const name = String(Resources[id.replace(/Subscription$/, 'Queue')]?.Properties?.QueueName);
    return takes ? [name.replace(/^orderstream-dev-/, '')] : [];
  });
}

const projections: readonly string[] = application.projections.map(({ name }) => name);

test('The audit would notice the loss of an event of any type that somebody receives', async () => {
  const template = await compiledTemplate();
  const blind = registry.eventTypes.flatMap((eventType) => {
    const consumers = consumersOf(template, eventType);
    const asked = checksOf(eventType).map(({ consumer }) => consumer);
    const others = consumers.filter((consumer) => !projections.includes(consumer));
    return [
      ...asked
        .filter((consumer) => !consumers.includes(consumer))
        .map((consumer) => `${consumer} is asked for ${eventType}, which it does not receive`),
      ...consumers
        .filter((consumer) => projections.includes(consumer) && !asked.includes(consumer))
        .map((consumer) => `${consumer} is not asked for ${eventType}`),
      // One that is no projection answers for all: what it has had was published.
      ...(others.length > 0 && !others.some((consumer) => asked.includes(consumer))
        ? [`none of ${others.join(', ')} is asked for ${eventType}`]
        : []),
    ];
  });
  expect(blind).toEqual([]);
});
