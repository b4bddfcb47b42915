import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHandler as orderView } from '#functions/projections/order-view/handler.ts';
import { createHandler } from '#functions/queries/get-customer/handler.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send } from '#tests/support/http-send.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

let data: Data;
beforeAll(async () => {
  data = await startData();
  const events = streamAt(AT, 'customer', 'ada', [
    { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
    { eventType: 'CustomerEmailChanged', data: { email: 'ada@king.example' } },
  ]);
  expect(await orderView(data.runtime())(sqsEvent(events))).toEqual({ batchItemFailures: [] });
});
afterAll(() => data.stop());

const get = (customerId: string, sub: string, scope = '') =>
  send(createHandler(data.runtime()), { operation: 'get-customer', params: { customerId }, sub, scope });

test('GET /customers/{customerId} shows the customer, with the present email', async () => {
  const shown = {
    status: 200,
    headers: { etag: '"2"' },
    body: {
      customerId: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@king.example',
      createdAt: AT,
      updatedAt: '2026-05-01T12:00:01.000Z',
      version: 2,
    },
  };
  expect(await get('ada', 'ada')).toMatchObject(shown);
  expect(await get('ada', 'boss', 'orders:manage')).toMatchObject(shown);
});

test('to anyone else the customer does not exist', async () => {
  const stranger = await get('ada', 'eve');
  expect(stranger).toMatchObject({ status: 404 });
  expect(stranger).toEqual(await get('nobody', 'eve'));
});
