import { expect, test } from '@jest/globals';
import { must, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

export function operations(stack: () => Stack): void {
  test('sls invoke -f emit-event sends an event down the whole path, and refuses what no schema has', async () => {
    const { service, request, staff } = stack();
    const emit = (data: object) =>
      service.sls(
        'invoke',
        '-f',
        'emit-event',
        '--data',
        JSON.stringify({ eventType: 'StockReceived', aggregateId: 'TEA-1', data }),
      );
    const emitted = await emit({ sku: 'TEA-1', quantity: 5 });
    expect(emitted.code).toBe(0);
    expect(JSON.parse(emitted.stdout)).toMatchObject({ streamId: 'inventory-TEA-1', version: 1 });
    await eventually(async () => {
      const stock = await must(request('GET', '/inventory/TEA-1', { as: staff }));
      expect(stock.body).toMatchObject({ onHand: 5, version: 1 });
    }, patient);

    const refused = await emit({ sku: 'TEA-1', quantity: -5 });
    expect(refused.code).not.toBe(0);
    expect(refused.stdout).toContain('Nothing was emitted');
  }, 120_000);

  test('sls logs shows what a function has logged', async () => {
    const { code, stdout } = await stack().service.sls('logs', '-f', 'emit-event');
    expect(code).toBe(0);
    expect(stdout).toContain('"streamId":"inventory-TEA-1"');
  }, 60_000);

  test('sls info names the endpoint and the outputs', async () => {
    const { code, stdout } = await stack().service.sls('info', '--verbose');
    expect(code).toBe(0);
    expect(stdout).toContain(stack().outputs.HttpApiUrl);
    expect(stdout).toContain(`EventsTableName: ${stack().outputs.EventsTableName}`);
  }, 60_000);

  test('npm run ops -- republish sends a stream once more, and nothing changes', async () => {
    const { service, request, staff } = stack();
    const orderId = await place(stack(), 20, 'US');
    const told = async () => {
      const path = `/notifications?orderId=${orderId}`;
      const { body } = await must(request('GET', path, { as: staff }));
      return body.notifications.length;
    };
    await eventually(async () => expect(await told()).toBe(1), patient);
    const { code, stdout } = await service.ops('republish', '--stream', `order-${orderId}`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ published: 2 });
    const view = await must(request('GET', `/orders/${orderId}`));
    expect(view.body).toMatchObject({ version: 2, status: 'pending' });
    expect(await told()).toBe(1);
  }, 120_000);
}
