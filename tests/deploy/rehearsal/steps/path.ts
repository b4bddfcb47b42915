import { expect, test } from '@jest/globals';
import { must, ORDER_SKU, orderOf, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import { deliveriesOf, logsOf } from '#tests/deploy/rehearsal/deliveries.ts';
import { machineToken } from '#tests/deploy/rehearsal/people.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

export function path(stack: () => Stack): void {
  let large: string;
  let small: string;

  const get = async (path: string) => (await must(stack().request('GET', path, { as: stack().staff }))).body;
  const view = (orderId: string) => get(`/orders/${orderId}`);
  const told = async (orderId: string): Promise<string[]> =>
    (await get(`/notifications?orderId=${orderId}`)).notifications
      .map(({ eventType }: { eventType: string }) => eventType)
      .sort();

  test('a paid order and a cancelled one go their whole way, and every consumer does its part', async () => {
    const { emulator, outputs, request, ada, staff } = stack();
    const payments = await machineToken(emulator, outputs, 'PaymentsClientId');
    const registration = { name: 'Ada', email: 'ada@example.com' };
    await must(request('POST', '/customers', { body: registration }));
    await must(request('PATCH', `/customers/${ada.sub}`, { body: { name: 'Ada Lovelace' } }));
    const stock = `/inventory/${ORDER_SKU}`;
    await must(request('POST', `${stock}/receive`, { body: { quantity: 3 }, as: staff }));

    small = await place(stack(), 12.5, 'US');
    large = await place(stack(), 1_299, 'DE');
    const payment = { orderId: large, amount: 1_299, reference: `ref-${large}`, outcome: 'captured' };
    await must(request('POST', '/payments', { body: payment, as: payments }));
    await eventually(async () => expect((await view(large)).status).toBe('paid'), patient);
    const decide = (path: string) => request('POST', path, { body: { note: 'in order' }, as: staff });
    await eventually(async () => {
      await must(decide(`/fraud-reviews/${large}/approve`));
      await must(decide(`/customs-declarations/${large}/clear`));
    }, patient);
    await eventually(async () => expect((await view(large)).waitsFor).toEqual(['shipment']), patient);
    const shipment = { carrier: 'UPS', trackingNumber: '1Z' };
    await must(request('POST', `/orders/${large}/ship`, { body: shipment, as: staff }));
    await must(request('POST', `/orders/${large}/deliver`, { body: {}, as: staff }));
    await must(request('POST', `/orders/${small}/cancel`, { body: { reason: 'changed my mind' } }));

    await eventually(async () => {
      const delivered = { customerName: 'Ada Lovelace', total: 1_299, status: 'delivered', version: 7 };
      expect(await view(large)).toMatchObject(delivered);
      expect(await view(small)).toMatchObject({ total: 12.5, status: 'cancelled' });
      expect(await get(stock)).toMatchObject({ onHand: 2, reserved: 0 });
      expect((await get('/fraud-reviews')).fraudReviews).toMatchObject([{ orderId: large }]);
      const declaration = { orderId: large, country: 'DE' };
      expect((await get('/customs-declarations')).customsDeclarations).toMatchObject([declaration]);
      expect(await told(large)).toEqual(['OrderCreated', 'OrderDelivered', 'OrderShipped']);
      expect(await told(small)).toEqual(['OrderCancelled', 'OrderCreated']);
      const day = new Date().toISOString().slice(0, 10);
      const sold = { orders: 2, cancelled: 1, shipped: 1, captured: 1_299 };
      expect((await get(`/sales?from=${day}&to=${day}`)).days).toMatchObject([sold]);
    }, patient);
  }, 180_000);

  test('each consumer has had what its filter lets through, and nothing else', async () => {
    const events = (ofLarge: string[], ofSmall: string[]) =>
      [
        ...ofLarge.map((type) => `${type} order-${large}`),
        ...ofSmall.map((type) => `${type} order-${small}`),
      ].sort();
    const cancelled = ['OrderCreated', 'OrderCancelled'];
    await eventually(
      async () =>
        expect(await deliveriesOf(stack(), [`order-${large}`, `order-${small}`])).toEqual({
          'order-view': events(
            ['OrderCreated', 'OrderHoldReleased', 'OrderPaid', 'OrderShipped', 'OrderDelivered'],
            [...cancelled, 'OrderHoldReleased'],
          ),
          'catalogue-view': [],
          'stock-view': [],
          sales: events(['OrderCreated', 'OrderShipped'], cancelled),
          inventory: events(['OrderCreated', 'OrderShipped'], cancelled),
          'fraud-review': events(['OrderCreated'], []),
          customs: events(['OrderCreated'], []),
          notifications: events(['OrderCreated', 'OrderShipped', 'OrderDelivered'], cancelled),
          'order-payments': events([], ['OrderCancelled']),
          'order-holds': events([], ['OrderCancelled']),
          refunds: [],
          reviews: [],
        }),
      patient,
    );
    const ofStock = ['StockIssued', 'StockReceived', 'StockReleased', 'StockReserved'];
    expect(await deliveriesOf(stack(), [`inventory-${ORDER_SKU}`])).toMatchObject({
      'stock-view': ofStock.map((type) => `${type} inventory-${ORDER_SKU}`),
      'order-view': [],
      inventory: [],
    });
  }, 120_000);

  test('one correlation id goes from the request through the topic to the consumers', async () => {
    const correlationId = 'rehearsal-follow-me';
    const headers = { 'x-correlation-id': correlationId };
    const answer = await must(stack().request('POST', '/orders', { body: orderOf(), headers }));
    expect(answer.headers.get('x-correlation-id')).toBe(correlationId);
    const functions = ['place-order', 'publish-events', 'order-view', 'sales', 'inventory', 'notifications'];
    await eventually(async () => {
      for (const lines of await logsOf(stack(), functions)) {
        expect(lines.map((line) => line.correlationId)).toContain(correlationId);
      }
    }, patient);
  }, 120_000);
}
