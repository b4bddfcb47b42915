import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { must, ORDER_SKU, orderOf, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer } from '#tests/deploy/rehearsal/emulator.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

const PRICE = 1_299;

/** How an order ends that is not simply paid and delivered. */
export function holdsAndDeadlines(stack: () => Stack): void {
  const get = async (path: string) => (await must(stack().request('GET', path, { as: stack().staff }))).body;
  const post = (path: string, body: object) =>
    must(stack().request('POST', path, { body, as: stack().staff }));
  const told = async (orderId: string): Promise<string[]> =>
    (await get(`/notifications?orderId=${orderId}`)).notifications.map(({ eventType }: Answer) => eventType);

  const of = (orderId: string) => (one: Answer) => one.orderId === orderId;
  const reviewOf = async (orderId: string) =>
    (await get('/fraud-reviews')).fraudReviews.find(of(orderId)) as Answer;
  const declarationOf = async (orderId: string) =>
    (await get('/customs-declarations')).customsDeclarations.find(of(orderId)) as Answer;

  /** An order from abroad, of high value, that is paid: both people hold it. */
  async function paidAndHeld(): Promise<string> {
    const orderId = await place(stack(), PRICE, 'DE');
    await post('/payments', { orderId, amount: PRICE, reference: `ref-${orderId}`, outcome: 'captured' });
    await eventually(async () => {
      const waiting = { status: 'paid', waitsFor: ['fraud', 'customs'] };
      expect(await get(`/orders/${orderId}`)).toMatchObject(waiting);
      expect(await reviewOf(orderId)).toMatchObject({ status: 'open' });
      expect(await declarationOf(orderId)).toMatchObject({ status: 'open' });
    }, patient);
    return orderId;
  }

  test('held by both and cleared by both, an order can be shipped, and not before', async () => {
    await post(`/inventory/${ORDER_SKU}/receive`, { quantity: 3 });
    const orderId = await paidAndHeld();
    const shipment = { body: { carrier: 'UPS', trackingNumber: '1Z' }, as: stack().staff };
    const ship = () => stack().request('POST', `/orders/${orderId}/ship`, shipment);
    expect(await ship()).toMatchObject({ status: 409 });
    await post(`/fraud-reviews/${orderId}/approve`, { note: 'Known customer.' });
    await eventually(
      async () => expect((await get(`/orders/${orderId}`)).waitsFor).toEqual(['customs']),
      patient,
    );
    expect(await ship()).toMatchObject({ status: 409 });
    await post(`/customs-declarations/${orderId}/clear`, { note: 'In order.' });
    await eventually(async () => expect(await ship()).toMatchObject({ status: 200 }), patient);
  }, 180_000);

  test('rejected after its payment, an order is cancelled and its payment refunded', async () => {
    const orderId = await paidAndHeld();
    await post(`/fraud-reviews/${orderId}/reject`, { note: 'A stolen card.' });
    await eventually(async () => {
      expect(await get(`/orders/${orderId}`)).toMatchObject({ status: 'cancelled', waitsFor: [] });
      const [payment] = (await get(`/orders/${orderId}/payments`)).payments;
      expect(payment).toMatchObject({ status: 'refunded' });
      expect(await declarationOf(orderId)).toMatchObject({ status: 'closed' });
      expect(await told(orderId)).toContain('OrderCancelled');
    }, patient);
  }, 180_000);

  test('that nobody pays in time is cancelled, its stock is free again, and its customer is told', async () => {
    const { service, request, staff } = stack();
    const { reserved } = await get(`/inventory/${ORDER_SKU}`);
    // As place-order would write it, but for the time: the stage gives a customer a day.
    const orderId = randomUUID();
    const { shippingAddress } = orderOf();
    const line = { sku: ORDER_SKU, name: 'Laptop', quantity: 1, unitPrice: 2_000 };
    const data = {
      customerId: stack().ada.sub,
      items: [{ ...line, tracked: true, backorder: false }],
      total: 2_000,
      currency: 'USD',
      shippingAddress,
      holds: ['stock'],
      paymentTerms: 'prepaid',
      paymentDueAt: new Date(Date.now() + 15_000).toISOString(),
    };
    const created = { eventType: 'OrderCreated', aggregateId: orderId, data };
    await invoke('emit-event', created);
    await eventually(
      async () => expect(await get(`/orders/${orderId}`)).toMatchObject({ waitsFor: ['payment'] }),
      patient,
    );
    await eventually(() => Date.now() > Date.parse(data.paymentDueAt), patient);
    await invoke('deadline-tick', {});
    const cancelledView = { status: 'cancelled' };
    await eventually(
      async () => expect(await get(`/orders/${orderId}`)).toMatchObject(cancelledView),
      patient,
    );
    const events = (await must(request('GET', `/orders/${orderId}/events`, { as: staff }))).body.events;
    const cancelled = { eventType: 'OrderCancelled', data: { reason: 'payment_overdue' } };
    expect(events.at(-1)).toMatchObject(cancelled);
    await eventually(async () => {
      expect(await get(`/inventory/${ORDER_SKU}`)).toMatchObject({ reserved });
      expect((await told(orderId)).sort()).toEqual(['OrderCancelled', 'OrderCreated']);
    }, patient);

    async function invoke(name: string, input: object): Promise<void> {
      const outcome = await service.sls('invoke', '-f', name, '--data', JSON.stringify(input));
      if (outcome.code !== 0) throw new Error(outcome.stdout + outcome.stderr);
    }
  }, 180_000);
}
