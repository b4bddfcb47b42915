import { expect, test } from '@jest/globals';
import { application } from '#application';
import { checkDelivery } from '#functions/operations/audit/check-delivery.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { lowestIdAt } from '#kit/events/ids.ts';

const NOW = Date.UTC(2026, 5, 15);

// Taken for one that the filter does not let through, the event would count as arrived for good.
test('An event whose item nobody sees is missing also at consumers whose filter asks for more than its type', async () => {
  const none = async ({ constructor: { name } }: object) =>
    name === 'BatchGetCommand' ? { Responses: {} } : name === 'QueryCommand' ? { Items: [] } : {};
  const filter = { eventType: ['OrderCreated'], country: [{ 'anything-but': ['US'] }] };
  const runtime = createRuntime(application, {
    dynamo: { send: none } as unknown as Runtime['dynamo'],
    now: () => NOW,
    settings: {
      EVENTS_TABLE: 'events',
      READ_MODEL_TABLE: 'views',
      CONSUMER_SUBSCRIPTIONS: JSON.stringify({ customs: { queue: 'http://customs', filter } }),
      REVIEW_HOURS: '24',
      HIGH_VALUE_THRESHOLD: '1000',
      HOME_COUNTRY: 'US',
    },
  });
  const key = { streamId: 'order-1', version: 1, eventId: lowestIdAt(NOW - 3_600_000) };
  const [finding] = await checkDelivery(runtime, 'OrderCreated', [key]);
  expect(finding?.missingAt.map(({ consumer }) => consumer)).toEqual(
    expect.arrayContaining(['customs', 'inventory', 'order-view']),
  );
});
