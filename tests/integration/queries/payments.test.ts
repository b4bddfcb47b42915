import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewDomainEvent } from '#domain/index.ts';
import { createHandler as orderNotifications } from '#functions/queries/list-order-notifications/handler.ts';
import { createHandler as orderPayments } from '#functions/queries/list-order-payments/handler.ts';
import { createHandler as waitingPayments } from '#functions/queries/list-payments/handler.ts';
import { putIfAbsent } from '#kit/aws/put-if-absent.ts';
import { project } from '#kit/projections/project.ts';
import { notificationKey } from '#read-model/keys.ts';
import { payments } from '#read-model/order-view.ts';
import { type Data, startData } from '#tests/support/data.ts';
import { send } from '#tests/support/http-send.ts';
import { orderStream, streamAt } from '#tests/support/streams.ts';
import { watched } from '#tests/support/tables.ts';

const NOW = Date.UTC(2026, 4, 20, 12);
const at = (minute: number) => new Date(NOW + minute * 60_000).toISOString();

let data: Data;
beforeAll(async () => {
  data = await startData();
});
afterAll(() => data.stop());

const owner = { sub: 'ada', scope: '' };
const manager = { sub: 'boss', scope: 'orders:manage' };
const clerk = { sub: 'clerk', scope: 'payments:write' };

async function placed(): Promise<string> {
  const orderId = randomUUID();
  await data.store(orderStream(orderId, 'ada', at(0), 1));
  return orderId;
}

const facts = (orderId: string) => ({
  orderId,
  customerId: 'ada',
  amount: 1_999,
  currency: 'USD',
  reference: 'ch',
});

const captured = (orderId: string): NewDomainEvent => ({
  eventType: 'PaymentCaptured',
  data: { ...facts(orderId), captureId: 'c-1' },
});
const requested = (orderId: string): NewDomainEvent => ({
  eventType: 'RefundRequested',
  data: { ...facts(orderId), amount: 500, refundId: 'r-1', reason: 'excess' },
});
const failed = (orderId: string): NewDomainEvent => ({
  eventType: 'RefundFailed',
  data: { ...facts(orderId), amount: 500, refundId: 'r-1', reason: 'refund_failed', failure: 'closed' },
});
const parked = (orderId: string): NewDomainEvent => ({
  eventType: 'PaymentReportParked',
  data: {
    ...facts(orderId),
    ...{ orderId: randomUUID(), currency: 'JPY', amount: 700, outcome: 'captured' as const },
    ...{ reportId: 'c-9', contradiction: 'other_order' as const },
  },
});

/** A payment whose first event is of this minute. */
async function projected(minute: number, events: readonly NewDomainEvent[]): Promise<string> {
  const paymentId = randomUUID();
  const stream = streamAt(at(minute), 'payment', paymentId, events);
  await data.store(stream);
  await project(data.runtime(), payments, stream);
  return paymentId;
}

describe('GET /orders/{orderId}/payments', () => {
  const list = (orderId: string, caller: object = owner, query: Record<string, string> = {}) =>
    send(orderPayments(data.runtime()), {
      operation: 'list-order-payments',
      params: { orderId },
      query,
      ...caller,
    });

  test('shows the owner every payment, newest first, page by page, with decimals', async () => {
    const orderId = await placed();
    const second = await projected(2, [captured(orderId), requested(orderId), failed(orderId)]);
    const first = await projected(1, [captured(orderId)]);
    const { status, body } = await list(orderId);
    expect(status).toBe(200);
    expect(body.payments).toMatchObject([
      {
        paymentId: second,
        status: 'refund_failed',
        captures: [{ captureId: 'c-1', amount: 19.99 }],
        refunds: [{ refundId: 'r-1', amount: 5, status: 'failed', failure: 'closed' }],
      },
      { paymentId: first, orderId, captured: 19.99, kept: 19.99, status: 'captured', version: 1 },
    ]);
    const page = await list(orderId, owner, { limit: '1' });
    expect(page.body.payments).toMatchObject([{ paymentId: second }]);
    const rest = await list(orderId, owner, { limit: '1', cursor: page.body.cursor });
    expect(rest.body.payments).toMatchObject([{ paymentId: first }]);
    expect(rest.body).not.toHaveProperty('cursor');
  });

  test('what staff have to do, and what was reported of other orders, is for staff alone', async () => {
    const orderId = await placed();
    await projected(1, [captured(orderId), parked(orderId)]);
    const [mine] = (await list(orderId)).body.payments;
    expect(mine).not.toHaveProperty('parked');
    expect(mine).not.toHaveProperty('waitsFor');
    expect(mine).not.toHaveProperty('waitingSince');
    const [theirs] = (await list(orderId, manager)).body.payments;
    expect(theirs).toMatchObject({
      parked: [{ amount: 700, currency: 'JPY', contradiction: 'other_order' }],
      waitsFor: ['parked'],
    });
    expect(theirs).not.toHaveProperty('notRefunded');
  });

  test("another customer's order, and one that there is not, are a 404", async () => {
    const orderId = await placed();
    expect(await list(orderId, { sub: 'eve', scope: '' })).toMatchObject({ status: 404 });
    expect(await list(randomUUID())).toMatchObject({ status: 404 });
    expect((await list(orderId)).body).toEqual({ payments: [] });
  });
});

describe('GET /orders/{orderId}/notifications', () => {
  const list = (orderId: string, caller: object = owner) =>
    send(orderNotifications(data.runtime()), {
      operation: 'list-order-notifications',
      params: { orderId },
      ...caller,
    });
  const tell = (orderId: string, audience: string) => {
    const eventId = randomUUID();
    const text = { subject: `to ${audience}`, text: '-', eventType: 'OrderCreated', sentAt: at(0) };
    return putIfAbsent(data.runtime(), {
      ...notificationKey(orderId, eventId),
      ...{ orderId, eventId, audience, ...text },
    });
  };

  test('shows the owner what they were told, and not what staff were told', async () => {
    const orderId = await placed();
    await Promise.all([tell(orderId, 'customer'), tell(orderId, 'staff')]);
    const { status, body } = await list(orderId);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { notifications: [{ subject: 'to customer' }] },
    });
  });

  test("another customer's order is a 404", async () => {
    const orderId = await placed();
    expect(await list(orderId, { sub: 'eve', scope: 'payments:write' })).toMatchObject({ status: 404 });
  });
});

describe('GET /payments', () => {
  const list = (status: string, caller: object = clerk, query: Record<string, string> = {}) =>
    send(waitingPayments(data.runtime()), {
      operation: 'list-payments',
      query: { status, ...query },
      ...caller,
    });
  /** Of all pages of two. */
  async function walk(status: string): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await list(status, clerk, { limit: '2', ...(cursor && { cursor }) });
      seen.push(...body.payments.map(({ paymentId }: { paymentId: string }) => paymentId));
      cursor = body.cursor;
    } while (cursor);
    return seen;
  }

  test('lists what waits for each thing, those that have waited longest first', async () => {
    const orderId = await placed();
    const [capture, request, failure, contradiction] = [captured, requested, failed, parked].map((one) =>
      one(orderId),
    ) as [NewDomainEvent, NewDomainEvent, NewDomainEvent, NewDomainEvent];
    const before = { failed: await walk('refund_failed'), parked: await walk('parked') };
    const late = await projected(1_030, [capture, request, failure]);
    const both = await projected(1_010, [capture, contradiction, request, failure]);
    const asked = await projected(1_020, [capture, request]);
    const askedAndParked = await projected(1_000, [capture, request, contradiction]);
    await projected(1_000, [capture]);
    const added = async (status: string, known: readonly string[]) =>
      (await walk(status)).filter((paymentId) => !known.includes(paymentId));
    expect(await added('refund_failed', before.failed)).toEqual([both, late]);
    expect(await walk('refund_requested')).toEqual([askedAndParked, asked]);
    expect(await added('parked', before.parked)).toEqual([askedAndParked, both]);
    expect((await list('refund_requested')).body.payments).toMatchObject([
      { waitsFor: ['refund_requested', 'parked'], waitingSince: expect.any(String), beingRefunded: 5 },
      { waitsFor: ['refund_requested'] },
    ]);
  });

  test('takes 16 queries', async () => {
    const { counts, dynamo } = watched(data.dynamo);
    const handler = waitingPayments(data.runtime({ dynamo }));
    await send(handler, { query: { status: 'parked', limit: '100' }, ...clerk });
    expect(counts).toMatchObject({ QueryCommand: 16 });
  });

  test('needs payments:write and a status', async () => {
    expect(await list('parked', owner)).toMatchObject({ status: 403 });
    expect(await list('captured')).toMatchObject({ status: 422, body: { errors: [{ path: 'status' }] } });
  });
});
