import { expect, test } from '@jest/globals';
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

test('The audit would notice that any consumer lacks an event of any type that its filter lets through', async () => {
  const template = await compiledTemplate();
  const pairs = registry.eventTypes.flatMap((eventType) =>
    consumersOf(template, eventType).map((consumer) => `${consumer} ${eventType}`),
  );
  const checked = registry.eventTypes.flatMap((eventType) =>
    checksOf(eventType).map(({ consumer }) => `${consumer} ${eventType}`),
  );
  expect(pairs.length).toBeGreaterThan(40);
  expect(checked.sort()).toEqual(pairs.sort());
});
