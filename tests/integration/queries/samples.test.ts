import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { registry } from '#domain/index.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { HttpLambda } from '#kit/http/handler.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { checkAnswer } from '#tests/support/openapi.ts';

const root = resolve(import.meta.dirname, '../../..');
const sample = async (name: string) =>
  JSON.parse(await readFile(`${root}/tests/events/${name}.json`, 'utf8'));

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

// The samples speak of one day: the day on which these tests take place.
const runtime = () => data.runtime({ now: () => Date.parse('2026-11-23T12:00:00.000Z') });

async function handlerOf<Handler>(path: string): Promise<Handler> {
  const module: { createHandler(runtime: Runtime): Handler } = await import(
    `${root}/functions/${path}/handler.ts`
  );
  return module.createHandler(runtime());
}

describe('tests/events, with which a person tries each function', () => {
  test.each(['order-view', 'catalogue-view', 'stock-view'])('%s takes its sample', async (name) => {
    const handler = await handlerOf<(event: SQSEvent) => Promise<unknown>>(`projections/${name}`);
    const event: SQSEvent = await sample(name);
    expect(event.Records.length).toBeGreaterThan(0);
    await data.store(event.Records.map(({ body }) => registry.upcast(JSON.parse(body))));
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
  });

  test('place-order places the order that the sample queries ask for', async () => {
    const handler = await handlerOf<HttpLambda>('commands/place-order');
    const { statusCode, body } = await handler(await sample('place-order'));
    expect(statusCode).toBe(201);
    const { orderId } = JSON.parse(body);
    const asked = await Promise.all(
      ['get-order', 'get-order-events', 'list-order-payments', 'list-notifications'].map(sample),
    );
    for (const { pathParameters, queryStringParameters } of asked) {
      expect({ ...pathParameters, ...queryStringParameters }).toMatchObject({ orderId });
    }
  });

  test.each([
    ['get-order', { status: 'pending', version: 1 }],
    ['get-order-events', { events: [{ eventType: 'OrderCreated' }] }],
    ['list-order-payments', { payments: [] }],
    ['list-order-notifications', { notifications: [] }],
    ['list-payments', { payments: [] }],
    ['list-customer-orders', { orders: [{ customerId: 'ada' }] }],
    ['list-orders', { orders: [{ status: 'pending' }] }],
    ['list-events', { events: [{ eventType: 'OrderCreated' }] }],
    ['get-sales', { days: expect.arrayContaining([expect.objectContaining({ date: '2026-11-23' })]) }],
    ['get-stock', { sku: 'LAPTOP-14', onHand: 10, available: 10 }],
    ['list-fraud-reviews', { fraudReviews: [] }],
    ['list-customs-declarations', { customsDeclarations: [] }],
    ['list-notifications', { notifications: [] }],
  ])('%s answers its sample with what the samples before it brought', async (name, expected) => {
    const handler = await handlerOf<HttpLambda>(`queries/${name}`);
    const result = await handler(await sample(name));
    checkAnswer(name, result);
    expect(result.statusCode).toBe(200);
    expect(JSON.parse(result.body)).toMatchObject(expected);
  });
});
