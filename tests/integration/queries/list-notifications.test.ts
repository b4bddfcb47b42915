import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHandler as notificationsHandler } from '#functions/queries/list-notifications/handler.ts';
import { notificationKey } from '#read-model/keys.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send as httpGet } from '#tests/support/http-send.ts';
import { orderStream } from '#tests/support/streams.ts';
import { iso, manager, NOW, refused } from './asking.ts';

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const put = (Item: Record<string, unknown>) =>
  data.dynamo.send(new PutCommand({ TableName: data.runtime().setting('READ_MODEL_TABLE'), Item }));

describe('GET /notifications', () => {
  const orderId = randomUUID();
  const sent = orderStream(orderId, 'ada', iso(NOW), 4).map(({ eventId, eventType }) => ({
    ...{ orderId, customerId: 'ada', eventId, eventType },
    ...{ subject: `About ${eventType}`, text: 'Hello', sentAt: iso(NOW) },
  }));
  beforeAll(() =>
    Promise.all(sent.map((email) => put({ ...notificationKey(orderId, email.eventId), ...email }))),
  );
  const list = (query: Record<string, string>, caller: object = manager) =>
    httpGet(notificationsHandler(data.runtime()), { operation: 'list-notifications', query, ...caller });

  test('what the customer of one order was told, oldest first, page by page', async () => {
    const first = (await list({ orderId, limit: '3' })).body;
    const second = (await list({ orderId, limit: '3', cursor: first.cursor })).body;
    expect([...first.notifications, ...second.notifications]).toEqual(sent);
    expect(second).not.toHaveProperty('cursor');
  });

  test('none of an order that nobody heard of', async () => {
    expect(await list({ orderId: randomUUID() })).toMatchObject({ status: 200, body: { notifications: [] } });
  });

  test('refuses to guess the order, a cursor of another order, and who lacks the scope', async () => {
    expect(await list({})).toMatchObject(refused('orderId'));
    expect(await list({ orderId: 'x' })).toMatchObject(refused('orderId'));
    const { cursor } = (await list({ orderId, limit: '1' })).body;
    expect(await list({ orderId: randomUUID(), cursor })).toMatchObject(refused('cursor'));
    expect(await list({ orderId }, { sub: 'ada' })).toMatchObject({ status: 403 });
  });
});
