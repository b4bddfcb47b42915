import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler as createNotifications } from '#functions/consumers/notifications/handler.ts';
import { createSesSender } from '#functions/consumers/notifications/ses-sender.ts';
import { createHandler as createOrderPayments } from '#functions/consumers/order-payments/handler.ts';
import type { Audited } from '#functions/operations/audit/audit.ts';
import { createHandler as createEmitEvent } from '#functions/operations/emit-event/handler.ts';
import { newAggregateId } from '#kit/http/command-metadata.ts';
import { CallRecord, rightsFor } from './aws-calls.ts';
import { eventually } from './eventually.ts';
import { httpEvent, type Sent } from './http-event.ts';
import { auditInLanes } from './iam-coverage-audit.ts';
import { deadLettersAndBack, dueEvents, poison, republishing } from './iam-coverage-operations.ts';
import { order, person } from './iam-coverage-person.ts';
import { rebuilding } from './iam-coverage-rebuild.ts';
import type { RecordedSystem } from './recorded-system.ts';
import { sqsEvent } from './sqs-event.ts';
import { orderStream } from './streams.ts';

const SCOPE =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';

/**
 * Leads every function along every path on which it calls AWS, those that only failures take among them: repeats,
 * lost races, outages, poison, dead letters, and what operators mistype.
 */
export async function everyPath(the: RecordedSystem): Promise<void> {
  the.outage = true;
  const orderId = await commandsInAnOutage(the);
  await auditing(the, orderId);
  await dueEvents(the);
  await viewsWithGaps(the);
  await poison(the);
  await the.system.mappings.waitUntilIdle();
  the.outage = false;
  await Promise.all([deadLettersAndBack(the), republishing(the, orderId)]);
  await commandsOnWhatIsThere(the, orderId);
  await Promise.all([
    queries(the, orderId),
    whatIsRefused(the),
    lostRaces(the, orderId),
    rebuilding(the, 'order-view'),
    rebuilding(the, 'catalogue-view'),
    rebuilding(the, 'stock-view'),
    rebuilding(the, 'reviews'),
  ]);
}

async function http({ invoke }: RecordedSystem, name: string, sent: Sent, status = 2) {
  const answer = await invoke(name, httpEvent({ scope: SCOPE, sub: person.email, ...sent }));
  const { statusCode, body } = answer as { statusCode: number; body: string };
  expect([name, Math.floor(statusCode / 100), body]).toEqual([name, status, expect.any(String)]);
  return JSON.parse(body);
}

/** Every consumer is sent something, and fails for good. */
async function commandsInAnOutage(the: RecordedSystem): Promise<string> {
  const customer = { name: person.name, email: person.email };
  await http(the, 'register-customer', { body: customer });
  await http(the, 'register-customer', { body: customer }, 4);
  await http(the, 'receive-stock', { params: { sku: 'TRACKED' }, body: { quantity: 5 } });
  // As many as it takes until the next reservation writes a snapshot.
  for (let n = 0; n < 24; n++)
    await http(the, 'adjust-stock', { params: { sku: 'TRACKED' }, body: { by: 1, reason: 'found' } });
  // Only a projection receives these events, so the audit sends them to its own queue.
  for (const { sku, unitPrice: price } of order.items) {
    await http(the, 'list-product', {
      params: { sku },
      body: { name: sku, price, tracked: sku === 'TRACKED' },
    });
  }
  const { orderId } = await http(the, 'place-order', { body: order });
  // A review that nobody has to decide any more.
  const { orderId: cancelled } = await http(the, 'place-order', { body: order });
  const risk = { total: 1, score: 0, level: 'low', reasons: [], dueAt: '2099-01-01T00:00:00.000Z' };
  const about = { orderId: cancelled, customerId: person.email, currency: 'USD', country: 'DE' };
  const opened = { eventType: 'FraudReviewOpened', aggregateId: cancelled, data: { ...about, ...risk } };
  await the.invoke('emit-event', opened);
  await http(the, 'cancel-order', { params: { orderId: cancelled }, body: { reason: person.line1 } });
  await http(the, 'record-payment', { body: payment(orderId, 'one') });
  const { paymentId } = await http(the, 'record-payment', { body: payment(orderId, 'back') });
  await http(the, 'refund-payment', { params: { paymentId }, body: { reason: person.line1 } });
  const contradicting = { ...payment(orderId, 'back'), amount: 1, reportId: `back-${orderId}:200100` };
  await http(the, 'record-payment', { body: contradicting });
  const resolution = { reportId: contradicting.reportId, note: person.line1 };
  await http(the, 'resolve-payment-report', { params: { paymentId }, body: resolution });
  return orderId;
}

const payment = (orderId: string, reference: string) => ({
  orderId,
  amount: 2_001,
  reference: `${reference}-${orderId}`,
  outcome: 'captured',
});

/** While the consumers fail everything is missing: by hand, however young it is, and by the schedule. */
async function auditing(the: RecordedSystem, orderId: string): Promise<void> {
  await http(the, 'record-payment', { body: { ...payment(orderId, 'no'), outcome: 'declined' } });
  const from = new Date(Date.now() - 600_000).toISOString();
  let answer: Audited | undefined;
  do {
    const token = answer?.continuationToken;
    const input = { from, limit: 0, ...(token && { continuationToken: token }) };
    answer = (await the.invoke('audit', input)) as Audited;
    expect(answer).toMatchObject({ redelivered: expect.any(Number) });
  } while (answer.continuationToken);
  await the.invoke('audit', { scheduled: true });
  await auditInLanes(the);
}

/** A message whose predecessors never came: healthy consumers on streams of which the others have seen nothing. */
async function viewsWithGaps(the: RecordedSystem): Promise<void> {
  const deliver = async (consumer: string, event: DomainEvent | undefined) => {
    const path = `../../functions/projections/${consumer}/handler.ts`;
    const { createHandler } = await import(path);
    if (!event) throw new Error('no event to deliver');
    const handler = createHandler(the.runtimeOf(consumer));
    expect(await handler(sqsEvent([event]))).toEqual({ batchItemFailures: [] });
  };
  const life = orderStream(randomUUID(), person.email, new Date().toISOString(), 2);
  for (const { eventType, aggregateId, data } of life) {
    await the.invoke('emit-event', { eventType, aggregateId, data });
  }
  await deliver('order-view', life.at(-1));
  for (const price of [2_000, 2_100]) {
    await http(the, 'list-product', { params: { sku: 'GAP' }, body: { name: person.name, price } });
  }
  await deliver('catalogue-view', await listed(the, 'ProductPriceChanged', () => true));
  for (const quantity of [1, 2]) {
    await http(the, 'receive-stock', { params: { sku: 'GAP' }, body: { quantity } });
  }
  const gap = randomUUID();
  const opened = { orderId: gap, customerId: person.email, currency: 'USD', country: 'DE' };
  const risk = { total: 200_000, score: 30, level: 'low', reasons: [{ rule: 'high_value', points: 30 }] };
  const dueAt = new Date(Date.now() + 3_600_000).toISOString();
  await the.invoke('emit-event', {
    eventType: 'FraudReviewOpened',
    aggregateId: gap,
    data: { ...opened, ...risk, dueAt },
  });
  await http(the, 'approve-fraud-review', { params: { orderId: gap }, body: { note: person.name } });
  await deliver(
    'reviews',
    await listed(the, 'FraudReviewApproved', ({ aggregateId }) => aggregateId === gap),
  );
  await deliver(
    'stock-view',
    await listed(
      the,
      'StockReceived',
      ({ streamId, version }) => streamId === 'inventory-GAP' && version === 2,
    ),
  );
}

/** An event of GET /events, which leaves out the last seconds. */
const listed = (
  the: RecordedSystem,
  type: string,
  is: (event: DomainEvent) => boolean,
): Promise<DomainEvent> =>
  eventually(async () => {
    const { events } = await http(the, 'list-events', { query: { type } });
    const found = (events as DomainEvent[]).find(is);
    if (!found) throw new Error(`no ${type} is listed`);
    return found;
  });

async function commandsOnWhatIsThere(the: RecordedSystem, orderId: string): Promise<void> {
  const params = { orderId };
  await http(the, 'change-customer', {
    params: { customerId: person.email },
    body: { name: `Dr ${person.name}` },
  });
  const email = `new.${person.email}`;
  const both = { name: person.name, email };
  await http(the, 'change-customer', { params: { customerId: person.email }, body: both });
  await http(the, 'withdraw-product', { params: { sku: 'GAP' }, body: {} });
  await http(the, 'approve-fraud-review', { params, body: { note: person.name } });
  await http(the, 'clear-customs-declaration', { params, body: { note: person.name } });
  await the.system.mappings.waitUntilIdle();
  await http(the, 'ship-order', { params, body: { carrier: 'UPS', trackingNumber: '1Z' } });
  await http(the, 'deliver-order', { params, body: {} });
  const other = await http(the, 'place-order', { body: order });
  const reason = `${person.name} has moved away from ${person.line1}`;
  await http(the, 'cancel-order', { params: { orderId: other.orderId }, body: { reason } });
  await the.system.mappings.waitUntilIdle();
  for (const decision of ['refuse-customs-declaration', 'reject-fraud-review']) {
    const refused = await http(the, 'place-order', { body: order });
    await the.system.mappings.waitUntilIdle();
    await http(the, decision, { params: { orderId: refused.orderId }, body: { note: person.name } });
  }
  const { paymentId } = await http(the, 'record-payment', { body: payment(orderId, 'two') });
  await http(the, 'refund-payment', { params: { paymentId }, body: { reason } });

  // Its stream is there before it is placed: only an event by hand can do that, and the command has to find it.
  const caller = { userId: person.email, scopes: [], can: () => true };
  const aggregateId = newAggregateId(the.runtimeOf('place-order'), 'order', {
    caller,
    idempotencyKey: 'taken',
  });
  const [created] = orderStream(aggregateId, person.email, new Date().toISOString(), 1);
  await the.invoke('emit-event', { eventType: 'OrderCreated', aggregateId, data: created?.data });
  await http(the, 'place-order', { body: order, headers: { 'idempotency-key': 'taken' } }, 4);
  await the.system.mappings.waitUntilIdle();
}

async function queries(the: RecordedSystem, orderId: string): Promise<void> {
  const params = { orderId };
  const today = new Date().toISOString().slice(0, 10);
  await http(the, 'get-order', { params });
  await http(the, 'get-order', { params, query: { asOf: new Date().toISOString() } });
  await http(the, 'get-order-events', { params, query: { limit: '1' } });
  await http(the, 'list-order-payments', { params });
  await http(the, 'list-order-notifications', { params });
  await http(the, 'list-payments', { query: { status: 'refund_failed' } });
  const { email } = person;
  await http(the, 'list-customer-orders', { params: { customerId: email }, query: { status: 'delivered' } });
  await http(the, 'get-customer', { params: { customerId: email } });
  await http(the, 'list-products', { query: { limit: '1' } });
  await http(the, 'get-product', { params: { sku: 'GAP' } });
  await http(the, 'list-orders', { query: { limit: '1' } });
  await http(the, 'list-orders', { query: { status: 'pending' } });
  await http(the, 'list-events', { query: { type: 'OrderCreated', limit: '1' } });
  await http(the, 'get-sales', { query: { from: today, to: today } });
  await http(the, 'get-stock', { params: { sku: 'TRACKED' } });
  await http(the, 'list-fraud-reviews', {});
  await http(the, 'list-customs-declarations', {});
  await http(the, 'list-notifications', { query: { orderId } });
  await http(the, 'health', {});
}

/** Input that is wrong, and says whom it is about. */
async function whatIsRefused(the: RecordedSystem): Promise<void> {
  const { name, email, line1 } = person;
  const stray = { name: `${name}\n`, email: `${name} <${email}`, [line1]: email };
  await http(the, 'register-customer', { body: stray }, 4);
  await http(the, 'register-customer', { body: `${name}, ${line1}` }, 4);
  await http(the, 'place-order', { body: { ...order, shippingAddress: { line1, [name]: email } } }, 4);
  await http(the, 'list-orders', { query: { [email]: name, cursor: email } }, 4);
  const operations: [string, object][] = [
    ['emit-event', { eventType: name, aggregateId: line1, data: { name } }],
    ['emit-event', { eventType: 'CustomerRegistered', aggregateId: email, data: { name, nickname: name } }],
    ['emit-event', { eventType: 'CustomerRenamed', aggregateId: email, data: { name }, expectedVersion: 99 }],
    ['republish', { stream: `customer-other-${email}` }],
    ['republish', { consumer: email, from: line1 }],
    ['republish', { stream: `customer-${email}`, type: name }],
  ];
  for (const [operation, input] of operations) {
    await expect(the.invoke(operation, input)).rejects.toThrow();
  }
}

/** Writes that lose every race: what stands in their way comes back with the error. */
async function lostRaces(the: RecordedSystem, orderId: string): Promise<void> {
  const data = { name: person.name, email: person.email };
  const Item = marshall({ streamId: `customer-${person.email}`, version: 1, data });
  const losing = (command: object) => {
    if (command.constructor.name !== 'PutCommand') return;
    throw new ConditionalCheckFailedException({
      $metadata: {},
      message: 'The conditional request failed',
      Item,
    });
  };
  const emit = createEmitEvent(the.runtimeOf('emit-event', { fails: losing }));
  const renamed = { eventType: 'CustomerRenamed', aggregateId: person.email, data: { name: person.name } };
  await expect(the.logged(() => emit(renamed))).rejects.toThrow('is taken');

  const captured = await listed(the, 'PaymentCaptured', () => true);
  const pay = createOrderPayments(the.runtimeOf('order-payments', { fails: losing }));
  const another = { ...captured, eventId: randomUUID(), data: { ...captured.data, orderId } } as DomainEvent;
  await pay(sqsEvent([another], 2));
}

/**
 * A notification where the stage sends by SES, which takes it, or refuses it and says for whom. Answers what was
 * called then.
 */
export async function mailing(the: RecordedSystem, refuses: boolean): Promise<CallRecord> {
  const record = new CallRecord();
  const client = {
    async send(command: object) {
      record.add('notifications', rightsFor(command, the.system.stack));
      if (refuses) throw new Error(`Email address is not verified: ${person.email}`);
      return {};
    },
  };
  const dynamo = {
    send: async (command: object) => {
      record.add('notifications', rightsFor(command, the.system.stack));
      return the.system.dynamo.send(command as never);
    },
  };
  const runtime = the.runtimeOf('notifications', { dynamo: dynamo as never });
  const handler = createNotifications(runtime, () => createSesSender(runtime, async () => client as never));
  const [created] = orderStream(randomUUID(), person.email, new Date().toISOString(), 1);
  await handler(sqsEvent([created as DomainEvent], 2), { getRemainingTimeInMillis: () => 20_000 });
  return record;
}
