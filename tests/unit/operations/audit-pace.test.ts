import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { application } from '#application';
import { createHandler } from '#functions/operations/audit/handler.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { FakeDynamo } from '#tests/properties/fakes/dynamo.ts';
import { Table } from '#tests/properties/fakes/table.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { orderLife, streamAt } from '#tests/support/streams.ts';

const START = Date.UTC(2026, 5, 15, 12);
const HOUR_MS = 3_600_000;
const ORDERS = 150;

/** Everybody lacks these orders; only sleeping takes time. */
function behind() {
  let now = START;
  const sent: { at: number; count: number }[] = [];
  const clock = () => now;
  const byType = { hash: 'typeDayShard', range: 'eventId', keysOnly: true };
  const events = new Table(
    { name: 'events', hash: 'streamId', range: 'version', indexes: { 'by-type': byType } },
    clock,
  );
  const at = new Date(START - HOUR_MS).toISOString();
  for (let order = 0; order < ORDERS; order++) {
    for (const event of streamAt(at, 'order', `o${order}`, orderLife('ada').slice(0, 1)))
      events.put({ ...toItem(event) });
  }
  const tables = [
    events,
    new Table({ name: 'read-model', hash: 'pk', range: 'sk' }, clock),
    new Table({ name: 'idempotency', hash: 'id' }, clock),
  ];
  const dynamo = new FakeDynamo(tables, clock);
  const queue = async ({ input }: { input: SendMessageBatchCommandInput }) => {
    sent.push({ at: now, count: input.Entries?.length ?? 0 });
    return {};
  };
  const consumers = [...application.projections, 'sales', 'notifications'];
  // Consumers with commands have nothing to do for an order that waits for nothing.
  const others = ['inventory', 'fraud-review', 'customs', 'order-payments', 'order-holds', 'refunds'];
  const subscriptions = [...consumers, ...others].map((name) => [name, { queue: name, filter: {} }]);
  const runtime = createRuntime(application, {
    now: clock,
    sleep: async (ms) => {
      now += ms;
    },
    dynamo: { send: async (command: never) => dynamo.perform(command) } as unknown as Runtime['dynamo'],
    sqs: { send: queue } as unknown as Runtime['sqs'],
    logger: silentLogger(),
    metrics: noMetrics,
    settings: {
      EVENTS_TABLE: 'events',
      READ_MODEL_TABLE: 'read-model',
      CONSUMER_SUBSCRIPTIONS: JSON.stringify(Object.fromEntries(subscriptions)),
      HIGH_VALUE_THRESHOLD: '1000',
      HOME_COUNTRY: 'US',
      REVIEW_HOURS: '24',
      REFUND_GATEWAY: 'report',
    },
  });
  return { handler: createHandler(runtime), sent };
}

// A burst would hold up the consumer's new events.
test.each([
  ['by the schedule', { scheduled: true }],
  ['by hand', {}],
])('What the audit redelivers %s leaves at no more than 200 messages a second', async (_, input) => {
  const { handler, sent } = behind();
  await handler(input);
  const total = sent.reduce((sum, { count }) => sum + count, 0);
  expect(total).toBeGreaterThanOrEqual(3 * ORDERS);
  const inOneSecond = sent.map(({ at }) =>
    sent.filter((one) => at <= one.at && one.at < at + 1_000).reduce((sum, { count }) => sum + count, 0),
  );
  expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(210);
});
