import { randomUUID } from 'node:crypto';
import { QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import type { Email, EmailSender } from '#functions/consumers/notifications/email.ts';
import { createHandler } from '#functions/consumers/notifications/handler.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { notificationsPartition } from '#read-model/keys.ts';
import { type Consumers, startConsumers } from '#tests/support/consumers.ts';
import { eventually } from '#tests/support/eventually.ts';
import { killedAtEveryCall } from '#tests/support/killed.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

let the: Consumers;
beforeAll(async () => {
  the = await startConsumers();
});
afterAll(() => the.data.stop());

const AT = '2026-05-01T12:00:00.000Z';
const LATER = Date.UTC(2026, 4, 2);

const local = () => createHandler(the.runtime('notifications', { now: () => LATER }));

/** Sends through `send` instead; what was sent is in `emails`. */
function outside(send: (email: Email) => Promise<void> = async () => undefined, parts: RuntimeParts = {}) {
  const emails: Email[] = [];
  const sender: EmailSender = {
    async send(email) {
      emails.push(email);
      await send(email);
    },
  };
  const runtime = the.runtime('notifications', { now: () => LATER, ...parts });
  return { emails, handler: createHandler(runtime, () => sender) };
}

async function customer(): Promise<string> {
  const customerId = randomUUID();
  await the.data.store(
    streamAt(AT, 'customer', customerId, [
      { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
      { eventType: 'CustomerRenamed', data: { name: 'Ada King' } },
    ]),
  );
  return customerId;
}

async function created(customerId: string = randomUUID()): Promise<DomainEvent> {
  const [event] = orderStream(randomUUID(), customerId, AT, 1);
  if (!event) throw new Error('no event');
  return event;
}

async function recordedFor(orderId: string) {
  const { Items = [] } = await the.data.dynamo.send(
    new QueryCommand({
      TableName: the.data.runtime().setting('READ_MODEL_TABLE'),
      KeyConditionExpression: 'pk = :partition',
      ExpressionAttributeValues: { ':partition': notificationsPartition(orderId) },
      ConsistentRead: true,
    }),
  );
  return Items;
}

describe('Notifications, locally', () => {
  test('are kept, one for each event that a customer is told of, in the order of time', async () => {
    const [customerId, orderId] = [await customer(), randomUUID()];
    const life = orderStream(orderId, customerId, AT);
    await the.handled(local(), ...[...life].reverse());
    const [first, ...rest] = await recordedFor(orderId);
    expect(first).toEqual({
      pk: `NOTIFICATIONS#${orderId}`,
      sk: life[0]?.eventId,
      eventId: life[0]?.eventId,
      eventType: 'OrderCreated',
      audience: 'customer',
      to: 'ada@example.com',
      customerId,
      orderId,
      subject: 'We have your order',
      text: expect.stringContaining('Total: 29.99 USD'),
      sentAt: '2026-05-02T00:00:00.000Z',
    });
    expect(rest.map(({ eventType }) => eventType)).toEqual(['OrderShipped', 'OrderDelivered']);
  });

  test('of a declined payment lie with its order', async () => {
    const [orderId, customerId] = [randomUUID(), randomUUID()];
    const declined = streamAt(AT, 'payment', randomUUID(), [
      {
        eventType: 'PaymentDeclined',
        data: { orderId, customerId, amount: 2_999, currency: 'USD', reference: 'ch_1', attemptId: 'a-1' },
      },
    ]);
    await the.handled(local(), ...declined);
    expect(await recordedFor(orderId)).toMatchObject([{ subject: 'Your payment was declined' }]);
  });

  test('go to the address that the customer has by now', async () => {
    const customerId = randomUUID();
    await the.data.store(
      streamAt(AT, 'customer', customerId, [
        { eventType: 'CustomerRegistered', data: { name: 'Ada Lovelace', email: 'ada@example.com' } },
        { eventType: 'CustomerEmailChanged', data: { email: 'ada@king.example' } },
      ]),
    );
    const event = await created(customerId);
    await the.handled(local(), event);
    expect(await recordedFor(event.aggregateId)).toMatchObject([{ to: 'ada@king.example' }]);
  });

  test('of a customer who never registered have no address', async () => {
    const event = await created();
    await the.handled(local(), event);
    const [recorded] = await recordedFor(event.aggregateId);
    expect(recorded).toMatchObject({ subject: 'We have your order' });
    expect(recorded).not.toHaveProperty('to');
  });

  test('are there once after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const event = await created(await customer());
      const killed = createHandler(the.runtime('notifications', { dynamo, now: () => LATER }));
      await the.deliver(killed, [event]);
      await the.handled(local(), event);
      await the.handled(local(), event);
      expect(await recordedFor(event.aggregateId)).toMatchObject([{ to: 'ada@example.com' }]);
    });
    // The address; the email, which is its own record.
    expect(calls).toBe(2);
  });
});

describe('A message to the outside', () => {
  test('goes out once, however often its event comes', async () => {
    const { handler, emails } = outside();
    const event = await created(await customer());
    await the.handled(handler, event);
    await the.handled(handler, event);
    await the.handled(outside().handler, event);
    expect(emails).toMatchObject([{ to: 'ada@example.com', eventId: event.eventId }]);
  });

  test('is recorded as one that is only kept', async () => {
    const customerId = await customer();
    const event = await created(customerId);
    await the.handled(outside().handler, event);
    const sent = await recordedFor(event.aggregateId);
    const other = await created(customerId);
    await the.handled(local(), other);
    const [kept] = await recordedFor(other.aggregateId);
    const { aggregateId: orderId, eventId } = event;
    const text = String(kept?.text).replace(other.aggregateId, orderId);
    expect(sent).toEqual([{ ...kept, pk: `NOTIFICATIONS#${orderId}`, sk: eventId, eventId, orderId, text }]);
  });

  test('is recorded once it has left, and not before', async () => {
    let refuse = true;
    const { handler } = outside(async () => {
      if (refuse) throw new Error('throttled');
    });
    const event = await created(await customer());
    expect(await the.deliver(handler, [event])).toEqual([event]);
    expect(await recordedFor(event.aggregateId)).toEqual([]);
    refuse = false;
    await the.handled(handler, event);
    expect(await recordedFor(event.aggregateId)).toMatchObject([{ to: 'ada@example.com' }]);
  });

  test('is recorded once, and sent again at most once, after a kill at any call', async () => {
    const calls = await killedAtEveryCall(the.data.dynamo, async (dynamo) => {
      const event = await created(await customer());
      const sent: Email[] = [];
      const send = async (email: Email) => void sent.push(email);
      await the.deliver(outside(send, { dynamo }).handler, [event]);
      const before = sent.length;
      await eventually(() => the.handled(outside(send).handler, event));
      await the.handled(outside(send).handler, event);
      expect(await recordedFor(event.aggregateId)).toMatchObject([{ to: 'ada@example.com' }]);
      expect(sent.length).toBeGreaterThanOrEqual(1);
      expect(sent.length).toBeLessThanOrEqual(before + 1);
    });
    // The address; the idempotency before and after the email; the record.
    expect(calls).toBe(4);
  });

  test('whose record failed is recorded when its event comes again, and not sent again', async () => {
    const { dynamo } = watched(the.data.dynamo, (command) => {
      if (command === 'PutCommand') throw new Error('throttled');
    });
    const event = await created(await customer());
    const failing = outside(undefined, { dynamo });
    expect(await the.deliver(failing.handler, [event])).toEqual([event]);
    const { handler, emails } = outside();
    await the.handled(handler, event);
    expect([failing.emails.length, emails.length]).toEqual([1, 0]);
    expect(await recordedFor(event.aggregateId)).toMatchObject([{ to: 'ada@example.com' }]);
  });

  test('goes out once where its event comes twice at the same time: the second waits for the first', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { handler, emails } = outside(() => finished);
    const event = await created();
    const lasting = { getRemainingTimeInMillis: () => 20_000 };
    const first = handler(sqsEvent([event]), lasting);
    await eventually(() => emails.length === 1);
    expect(await the.deliver(handler, [event])).toEqual([event]);
    finish();
    expect(await first).toEqual({ batchItemFailures: [] });
    await the.handled(handler, event);
    expect(emails).toHaveLength(1);
  });

  test('that could not be sent is tried again, and the others of its batch are not held up', async () => {
    const [bad, good] = [await created(), await created()];
    let refuse = true;
    const { handler, emails } = outside(async ({ eventId }) => {
      if (refuse && eventId === bad.eventId) throw new Error('throttled');
    });
    expect(await the.deliver(handler, [bad, good])).toEqual([bad]);
    refuse = false;
    await the.handled(handler, bad, good);
    expect(emails.map(({ eventId }) => eventId).sort()).toEqual(
      [bad.eventId, bad.eventId, good.eventId].sort(),
    );
  });

  test('is remembered under consumer and event, for longer than any queue keeps its message', async () => {
    const { handler } = outside();
    await the.handled(handler, await created());
    const TableName = the.runtime('notifications').setting('IDEMPOTENCY_TABLE');
    const { Items = [] } = await the.data.dynamo.send(new ScanCommand({ TableName, ConsistentRead: true }));
    expect(Items.length).toBeGreaterThan(0);
    for (const { id, expiration } of Items) {
      expect(id).toMatch(/^notifications#/);
      expect(expiration).toBeGreaterThan(Date.now() / 1_000 + 29 * 86_400);
    }
  });
});
