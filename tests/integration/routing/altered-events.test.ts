import { DeleteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countingLogger } from '#tests/support/counting-logger.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent } from '#tests/support/http-event.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { type System, startSystem } from '#tests/support/system.ts';

let system: System;
const counted: Record<string, number> = {};
beforeAll(async () => {
  const count = (name: string, value = 1) => {
    counted[name] = (counted[name] ?? 0) + value;
  };
  const parts = { metrics: { ...noMetrics, count }, logger: countingLogger(count) };
  system = await startSystem({
    runs: (name) => name === 'publish-events',
    parts: (name) => (name === 'publish-events' ? parts : {}),
  });
});
afterAll(() => system?.stop());

test('An event that is changed or deleted in the table is counted, and not published again', async () => {
  const body = { name: 'Ada', email: 'ada@example.com' };
  await system.invoke('register-customer', httpEvent({ sub: 'ada', body }));
  await eventually(() => counted.published === 1);
  const item = {
    TableName: system.stack.tables.EventsTable?.name,
    Key: { streamId: 'customer-ada', version: 1 },
  };
  const forged = { UpdateExpression: 'SET #data = :data', ExpressionAttributeNames: { '#data': 'data' } };
  const values = { ExpressionAttributeValues: { ':data': { name: 'Eve' } } };
  await system.dynamo.send(new UpdateCommand({ ...item, ...forged, ...values }));
  await eventually(() => counted.EventsAltered === 1);
  await system.dynamo.send(new DeleteCommand(item));
  await eventually(() => counted.EventsAltered === 2);
  await system.mappings.waitUntilIdle();
  expect(counted.published).toBe(1);
});
