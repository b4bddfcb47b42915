import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { load } from '#kit/event-store/load.ts';
import { type Commands, ORDER_TOTAL, startCommands, uniqueKey } from '#tests/support/commands.ts';
import { watched } from '#tests/support/tables.ts';

const provider = { sub: 'provider', scope: 'payments:write' };

let commands: Commands;
beforeAll(async () => {
  commands = await startCommands();
});
afterAll(() => commands.data.stop());

const report = async (changes: object = {}) => ({
  orderId: await commands.placed(),
  amount: ORDER_TOTAL,
  reference: uniqueKey(),
  outcome: 'captured',
  ...changes,
});

describe('POST /payments', () => {
  test('answers 201, and stores the customer and currency of the order', async () => {
    const body = await report();
    const answer = await commands.run('recordPayment', { body, ...provider });
    expect(answer).toMatchObject({
      status: 201,
      body: { orderId: body.orderId, version: 1, status: 'captured', paymentId: expect.any(String) },
    });
    const [event] = await load(commands.data.runtime(), `payment-${answer.body.paymentId}`);
    expect(event).toMatchObject({
      eventType: 'PaymentCaptured',
      data: { customerId: 'ada', amount: 3998, currency: 'USD', reference: body.reference },
    });
  });

  test('takes one consistent query and one conditional put', async () => {
    const body = await report();
    const { counts, dynamo } = watched(commands.data.dynamo);
    await commands.run('recordPayment', { body, ...provider }, { dynamo });
    expect(counts).toEqual({ QueryCommand: 1, PutCommand: 1 });
  });

  test('records what was declined, with its reason or without', async () => {
    const declined = await report({ outcome: 'declined', reason: 'insufficient funds' });
    const unexplained = await report({ outcome: 'declined' });
    for (const body of [declined, unexplained]) {
      expect(await commands.run('recordPayment', { body, ...provider })).toMatchObject({
        status: 201,
        body: { status: 'declined' },
      });
    }
  });

  test('the same report twice is one payment; under its key another report is a 422', async () => {
    const body = await report();
    const first = await commands.run('recordPayment', { body, ...provider });
    const before = await commands.eventCount();
    expect(await commands.run('recordPayment', { body, ...provider })).toEqual(first);
    expect(await commands.eventCount()).toBe(before);
    const headers = { 'idempotency-key': uniqueKey() };
    await commands.run('recordPayment', { body: { ...body, outcome: 'declined' }, ...provider, headers });
    const other = { ...body, outcome: 'charged_back' };
    expect(await commands.run('recordPayment', { body: other, ...provider, headers })).toMatchObject({
      status: 422,
      body: { type: 'urn:orderstream:problem:idempotency-key-reused' },
    });
  });

  test('the same reference under two idempotency keys is one payment', async () => {
    const body = await report();
    const send = () =>
      commands.run('recordPayment', { body, ...provider, headers: { 'idempotency-key': uniqueKey() } });
    const first = await send();
    const before = await commands.eventCount();
    expect(await send()).toMatchObject({ status: 201, body: first.body });
    expect(await commands.eventCount()).toBe(before);
  });

  test('the same reference is one payment, whoever reports it; of another provider it is another', async () => {
    const body = await report();
    const clerk = { sub: 'clerk', scope: 'payments:write' };
    const first = await commands.run('recordPayment', { body, ...provider });
    const before = await commands.eventCount();
    for (const headers of [{}, { 'idempotency-key': uniqueKey() }]) {
      const again = await commands.run('recordPayment', { body, ...clerk, headers });
      expect(again).toMatchObject({ status: 201, body: first.body });
    }
    expect(await commands.eventCount()).toBe(before);
    const elsewhere = { ...body, provider: 'other' };
    const other = await commands.run('recordPayment', { body: elsewhere, ...provider });
    expect(other).toMatchObject({ status: 201 });
    expect(other.body.paymentId).not.toBe(first.body.paymentId);
    expect(await commands.run('recordPayment', { body: elsewhere, ...clerk })).toMatchObject({
      body: other.body,
    });
  });

  test.each([ORDER_TOTAL - 0.01, ORDER_TOTAL + 100, 0])(
    'of %s is recorded as it was reported',
    async (amount) => {
      const body = await report({ amount });
      const { status, body: answer } = await commands.run('recordPayment', { body, ...provider });
      expect({ status, answer }).toMatchObject({ status: 201, answer: { status: 'captured' } });
      expect(await load(commands.data.runtime(), `payment-${answer.paymentId}`)).toMatchObject([
        { eventType: 'PaymentCaptured', data: { amount: Math.round(amount * 100) } },
      ]);
    },
  );

  test('of more decimals than the currency has is a 422 and changes nothing', async () => {
    const body = await report({ amount: 39.981 });
    const before = await commands.eventCount();
    expect(await commands.run('recordPayment', { body, ...provider })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'amount' }] },
    });
    expect(await commands.eventCount()).toBe(before);
  });

  test('for an order that there is not is recorded, without a customer', async () => {
    const body = await report({ orderId: '0192f000-0000-7000-8000-000000000000' });
    const { status, body: answer } = await commands.run('recordPayment', { body, ...provider });
    expect(status).toBe(201);
    const [event] = await load(commands.data.runtime(), `payment-${answer.paymentId}`);
    expect(event?.data).not.toHaveProperty('customerId');
  });

  test('a declined attempt does not forbid the capture under the same reference', async () => {
    const body = await report({ outcome: 'declined', reason: 'insufficient funds' });
    await commands.run('recordPayment', { body, ...provider });
    const { reason: _, ...rest } = { ...body, outcome: 'captured' } as Record<string, unknown>;
    expect(await commands.run('recordPayment', { body: rest, ...provider })).toMatchObject({
      status: 201,
      body: { version: 2, status: 'captured' },
    });
  });

  test('a report that contradicts an earlier one is parked', async () => {
    const body = await report({ reportId: 'cap_1' });
    await commands.run('recordPayment', { body, ...provider });
    const { status, body: answer } = await commands.run('recordPayment', {
      body: { ...body, amount: 1 },
      ...provider,
    });
    expect({ status, answer }).toMatchObject({ status: 201, answer: { version: 2, status: 'captured' } });
    const [, parked] = await load(commands.data.runtime(), `payment-${answer.paymentId}`);
    expect(parked).toMatchObject({
      eventType: 'PaymentReportParked',
      data: { reportId: 'cap_1', amount: 100, contradiction: 'other_amount' },
    });
  });

  test('a report that was parked is answered with the order of the payment, and says so, each time', async () => {
    const body = await report();
    const { body: first } = await commands.run('recordPayment', { body, ...provider });
    const other = { ...body, orderId: await commands.placed() };
    for (const headers of [{}, {}, { 'idempotency-key': uniqueKey() }]) {
      expect(await commands.run('recordPayment', { body: other, ...provider, headers })).toMatchObject({
        status: 201,
        body: {
          paymentId: first.paymentId,
          orderId: body.orderId,
          version: 2,
          status: 'captured',
          parked: 'other_order',
        },
      });
    }
    const again = await commands.run('recordPayment', { body, ...provider });
    expect(again.body).toMatchObject({ orderId: body.orderId, version: 2 });
    expect(again.body).not.toHaveProperty('parked');
  });

  test('of a refund that nobody knows is parked; the payment is not declined', async () => {
    const body = await report({ outcome: 'refund_failed' });
    expect(await commands.run('recordPayment', { body, ...provider })).toMatchObject({
      status: 201,
      body: { status: 'parked', parked: 'unknown_refund' },
    });
  });

  test.each(['constructor', '__proto__', 'toString'])(
    'takes %s for an id of the provider',
    async (reportId) => {
      const body = await report({ outcome: 'refunded', reportId });
      const answer = await commands.run('recordPayment', { body, ...provider });
      expect(answer.body).toMatchObject({ version: 1, status: 'refunded' });
      expect(answer.body).not.toHaveProperty('parked');
    },
  );

  test('takes the id of every refund, the longest too', async () => {
    const body = await report({ reference: uniqueKey().padEnd(200, 'x'), amount: 999_999_999.99 });
    const { paymentId } = (await commands.run('recordPayment', { body, ...provider })).body;
    const [captured] = await load<DomainEvent>(commands.data.runtime(), `payment-${paymentId}`);
    const captureId = captured?.eventType === 'PaymentCaptured' ? captured.data.captureId : '';
    const send = (reportId: string, outcome: string) =>
      commands.run('recordPayment', { body: { ...body, outcome, reportId }, ...provider });
    const refundId = `order_cancelled:${captureId}`;
    expect(await send(refundId, 'refunded')).toMatchObject({ status: 201, body: { status: 'refunded' } });
    expect(await send(refundId, 'refund_failed')).toMatchObject({ status: 201 });
    const tooLong = { status: 422, body: { errors: [{ path: 'reportId' }] } };
    expect(await send('x'.repeat(241), 'refunded')).toMatchObject(tooLong);
    expect(await send('x'.repeat(201), 'captured')).toMatchObject(tooLong);
    expect(await send('x'.repeat(200), 'captured')).toMatchObject({ status: 201 });
  });

  test('the same report twice at once is one payment', async () => {
    const body = await report();
    const before = await commands.eventCount();
    const send = () =>
      commands.run('recordPayment', { body, ...provider, headers: { 'idempotency-key': uniqueKey() } });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map(({ body }) => body.version))).toEqual(new Set([1]));
    expect(await commands.eventCount()).toBe(before + 1);
  });

  test('two parts that are captured at once are both recorded', async () => {
    const body = await report({ amount: 30 });
    const send = (reportId: string) =>
      commands.run('recordPayment', { body: { ...body, reportId }, ...provider });
    const answers = await Promise.all([send('cap_1'), send('cap_2')]);
    expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2]);
  });

  test('reports may come in the other order: refunded, and then what was captured', async () => {
    const body = await report({ outcome: 'refunded', reportId: 're_1' });
    const first = await commands.run('recordPayment', { body, ...provider });
    expect(first).toMatchObject({ status: 201, body: { version: 1 } });
    const capture = { ...body, outcome: 'captured', reportId: 'cap_1' };
    expect(await commands.run('recordPayment', { body: capture, ...provider })).toMatchObject({
      status: 201,
      body: { paymentId: first.body.paymentId, version: 2, status: 'refunded' },
    });
  });

  test('of the most that an order may cost is recorded; of more is a 422, as is less than nothing', async () => {
    const most = await report({ amount: 999_999_999.99 });
    expect(await commands.run('recordPayment', { body: most, ...provider })).toMatchObject({ status: 201 });
    for (const amount of [1_000_000_000, -0.01, 1e21]) {
      const body = await report({ amount });
      expect(await commands.run('recordPayment', { body, ...provider })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'amount' }] },
      });
    }
  });

  test('without payments:write is a 403, whatever else the caller may', async () => {
    const body = await report();
    expect(await commands.run('recordPayment', { body, scope: 'orders:manage' })).toMatchObject({
      status: 403,
    });
  });
});

describe('POST /payments/{paymentId}/refund', () => {
  const refund = (paymentId: string, headers = {}) =>
    commands.run('refundPayment', {
      params: { paymentId },
      body: { reason: 'returned' },
      headers,
      ...provider,
    });

  const recorded = async (changes: object = {}): Promise<string> =>
    (await commands.run('recordPayment', { body: await report(changes), ...provider })).body.paymentId;

  test('asks for the refund of all that is kept, once', async () => {
    const paymentId = await recorded();
    expect(await refund(paymentId)).toMatchObject({
      status: 200,
      body: { version: 2, status: 'refund_requested' },
    });
    expect(await refund(paymentId)).toMatchObject({
      status: 409,
      body: { rule: 'payment_already_refunded' },
    });
  });

  test('of a part leaves the rest; of more than that is a 422', async () => {
    const paymentId = await recorded();
    const part = (amount: number) =>
      commands.run('refundPayment', {
        params: { paymentId },
        body: { reason: 'damaged', amount },
        ...provider,
      });
    expect(await part(30)).toMatchObject({ status: 200 });
    expect(await part(10)).toMatchObject({ status: 422, body: { rule: 'refund_too_large' } });
    expect(await part(9.98)).toMatchObject({ status: 200, body: { version: 3 } });
  });

  test.each([0, -1])('of %s is a 422', async (amount) => {
    const params = { paymentId: await recorded() };
    const body = { reason: 'damaged', amount };
    expect(await commands.run('refundPayment', { params, body, ...provider })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'amount' }] },
    });
  });

  test.each(['refunded', 'refund_failed'])(
    'two of the same amount, each reported as %s: by its id one after the other, without one parked',
    async (outcome) => {
      const body = await report({ amount: 10 });
      const { paymentId } = (await commands.run('recordPayment', { body, ...provider })).body;
      const runtime = commands.data.runtime();
      const ask = async () => {
        const asked = { params: { paymentId }, body: { reason: 'damaged', amount: 5 }, ...provider };
        expect(await commands.run('refundPayment', asked)).toMatchObject({ status: 200 });
        const last = (await load<DomainEvent>(runtime, `payment-${paymentId}`)).at(-1);
        return last?.eventType === 'RefundRequested' ? last.data.refundId : '';
      };
      const tell = async (reportId?: string) =>
        (
          await commands.run('recordPayment', {
            body: { ...body, amount: 5, outcome, ...(reportId !== undefined && { reportId }) },
            ...provider,
          })
        ).body;
      const refundIds = [await ask()];
      expect(await tell()).not.toHaveProperty('parked');
      // A repeat of the only one there is.
      expect(await tell()).toMatchObject({ version: 3 });
      refundIds.push(await ask());
      expect(await tell()).toMatchObject({ version: 5, parked: 'ambiguous_refund' });
      expect(await tell(refundIds[0])).toMatchObject({ version: 5, status: 'refund_requested' });
      expect(await tell(refundIds[1])).toMatchObject({ version: 6 });
      const types = (await load<DomainEvent>(runtime, `payment-${paymentId}`)).map(
        ({ eventType }) => eventType,
      );
      const reported = outcome === 'refunded' ? 'PaymentRefunded' : 'RefundFailed';
      expect(types.filter((type) => type === reported)).toHaveLength(2);
    },
  );

  test('under one Idempotency-Key answers the second time as the first', async () => {
    const paymentId = await recorded();
    const headers = { 'idempotency-key': uniqueKey() };
    expect(await refund(paymentId, headers)).toEqual(await refund(paymentId, headers));
  });

  test('of a declined payment is a 409, of an unknown one a 404', async () => {
    const paymentId = await recorded({ outcome: 'declined' });
    expect(await refund(paymentId)).toMatchObject({ status: 409, body: { rule: 'payment_declined' } });
    expect(await refund('0192f000-0000-7000-8000-000000000000')).toMatchObject({
      status: 404,
      body: { rule: 'payment_not_found' },
    });
  });
});

describe('POST /payments/{paymentId}/resolve', () => {
  const resolve = (paymentId: string, reportId: string, headers = {}) =>
    commands.run('resolvePaymentReport', {
      params: { paymentId },
      body: { reportId, note: 'Seen.' },
      headers,
      sub: 'grace',
      scope: 'payments:write',
    });

  test('ends the wait for a parked report, once, and says who looked at it', async () => {
    const body = await report();
    await commands.run('recordPayment', { body, ...provider });
    const declined = {
      ...body,
      orderId: await commands.placed(),
      outcome: 'declined',
      reason: 'x'.repeat(500),
    };
    const { paymentId } = (await commands.run('recordPayment', { body: declined, ...provider })).body;
    const stream = () => load<DomainEvent>(commands.data.runtime(), `payment-${paymentId}`);
    const parked = (await stream()).at(-1);
    const reportId = parked?.eventType === 'PaymentReportParked' ? parked.data.reportId : '';
    expect(reportId.length).toBeGreaterThan(500);
    expect(await resolve(paymentId, reportId)).toMatchObject({
      status: 200,
      body: { paymentId, orderId: body.orderId, version: 3, status: 'captured' },
    });
    expect(await resolve(paymentId, reportId)).toMatchObject({ status: 200, body: { version: 3 } });
    expect((await stream()).at(-1)).toMatchObject({
      eventType: 'PaymentReportResolved',
      data: { reportId, by: 'grace', note: 'Seen.' },
    });
  });

  test('of what is not parked, and without payments:write, is refused', async () => {
    const { paymentId } = (await commands.run('recordPayment', { body: await report(), ...provider })).body;
    expect(await resolve(paymentId, 'constructor')).toMatchObject({
      status: 404,
      body: { rule: 'parked_report_not_found' },
    });
    const sent = { params: { paymentId }, body: { reportId: 'x', note: 'Seen.' } };
    expect(await commands.run('resolvePaymentReport', { ...sent, scope: 'orders:manage' })).toMatchObject({
      status: 403,
    });
  });
});
