import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, test } from '@jest/globals';
import { toItem } from '#kit/event-store/event-item.ts';
import { must, ORDER_SKU, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import { logsOf } from '#tests/deploy/rehearsal/deliveries.ts';
import type { Answer } from '#tests/deploy/rehearsal/emulator.ts';
import { envelope } from '#tests/deploy/rehearsal/envelope.ts';
import { switchMapping } from '#tests/deploy/rehearsal/mappings.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

/** How old an event is when the schedule looks at it. */
const OF_AGE_MS = 300_000;

export function audit(stack: () => Stack): void {
  let orderId: string;
  let sold: Answer;
  let stockVersion: number;
  const stockStream = `inventory-${ORDER_SKU}`;
  /** What audits have found behind of that stream. */
  const ofStock: Answer[] = [];

  const get = async (path: string) => (await must(stack().request('GET', path, { as: stack().staff }))).body;
  const soldToday = async () => {
    const day = new Date().toISOString().slice(0, 10);
    return (await get(`/sales?from=${day}&to=${day}`)).days[0];
  };
  /** From the view; a single order is answered from its stream where there is no view of it. */
  const listed = async (): Promise<string[]> =>
    (await get(`/customers/${stack().ada.sub}/orders`)).orders.map((order: Answer) => order.orderId);
  const ofStream = (findings: Answer[], streamId: string) =>
    findings.filter((finding) => finding.streamId === streamId);
  const told = async () => (await get(`/notifications?orderId=${orderId}`)).notifications.length;

  test('finds nothing behind where all has arrived', async () => {
    const { request, staff } = stack();
    await must(request('POST', `/inventory/${ORDER_SKU}/receive`, { body: { quantity: 9 }, as: staff }));
    await eventually(async () => {
      const { code, found } = await ask('--no-redeliver');
      expect(found).toMatchObject({ behind: [], stays: [] });
      expect(found.events).toBeGreaterThan(10);
      expect(code).toBe(0);
    }, patient);
  }, 120_000);

  test('names what was never published, and changes nothing when it only looks', async () => {
    sold = await soldToday();
    stockVersion = (await get(`/inventory/${ORDER_SKU}`)).version;
    await switchMapping(stack(), 'publish-events', false);
    orderId = await place(stack(), 40, 'US');
    const { code, found } = await ask('--no-redeliver');
    const others = ['sales', 'notifications', 'inventory'].map((consumer) => ({ consumer }));
    const missingAt = [{ consumer: 'order-view', reached: 0 }, ...others];
    const lost = { eventType: 'OrderCreated', streamId: `order-${orderId}`, version: 1, missingAt };
    expect(ofStream(found.behind, lost.streamId)).toMatchObject([lost]);
    expect(ofStream(found.stays, lost.streamId)).toMatchObject([lost]);
    expect(found.redelivered).toBe(0);
    expect(code).toBe(1);
    expect(await listed()).not.toContain(orderId);
  }, 120_000);

  test('sends it, and the order is listed, counted and notified', async () => {
    const { code, found } = await ask();
    expect(ofStream(found.behind, `order-${orderId}`)[0]).toMatchObject({ eventType: 'OrderCreated' });
    // The order to four consumers, its price to the catalogue; and what inventory made of it, if that was soon enough.
    expect(found.redelivered).toBeGreaterThanOrEqual(5);
    expect(found.stays).toEqual([]);
    expect(code).toBe(0);
    ofStock.push(...ofStream(found.behind, stockStream));
    expect(await listed()).toContain(orderId);
    await eventually(async () => {
      expect(await soldToday()).toMatchObject({ orders: sold.orders + 1 });
      expect(await told()).toBe(1);
    }, patient);
  }, 120_000);

  test('sends a projection what it alone lacks: what was reserved for the order', async () => {
    const reserved = { eventType: 'StockReserved', streamId: stockStream, version: stockVersion + 1 };
    const missingAt = [{ consumer: 'stock-view', reached: stockVersion }];
    await eventually(async () => {
      const { code, found } = await ask();
      ofStock.push(...ofStream(found.behind, stockStream));
      expect(ofStock).toMatchObject([{ ...reserved, missingAt }]);
      expect(found.stays).toEqual([]);
      expect(code).toBe(0);
    }, patient);
    expect(await get(`/inventory/${ORDER_SKU}`)).toMatchObject({ version: stockVersion + 1 });
  }, 120_000);

  test('its schedule does so by itself, and reports the lag', async () => {
    const { emulator, outputs } = stack();
    const deployed = await theRule();
    expect(deployed).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    // As if it had been appended five minutes ago, and not published.
    const received = { aggregateId: 'COFFEE-1', version: 1, data: { sku: 'COFFEE-1', quantity: 4 } };
    const type = { aggregateType: 'inventory', eventType: 'StockReceived' } as const;
    const Item = marshall(toItem(envelope({ ...type, ...received }, Date.now() - OF_AGE_MS - 1_000)));
    await emulator.call('dynamodb', 'put_item', { TableName: outputs.EventsTableName, Item });

    // Its target and its input are those that were deployed.
    await emulator.call('events', 'put_rule', { ...deployed, ScheduleExpression: 'rate(1 minute)' });
    const soon = { ...patient, timeoutMs: 90_000 };
    await eventually(async () => {
      expect(await get('/inventory/COFFEE-1')).toMatchObject({ onHand: 4, version: 1 });
    }, soon);
    await emulator.call('events', 'put_rule', deployed);

    await eventually(async () => {
      const [lines = []] = await logsOf(stack(), ['audit']);
      const first = [expect.objectContaining({ streamId: 'inventory-COFFEE-1' })];
      const report = { message: 'events are missing', redelivered: 1, first };
      expect(lines).toContainEqual(expect.objectContaining(report));
      const lagOf = (projection: string) => {
        const ofProjection = lines.filter((line) => line.projection === projection);
        return Math.max(...ofProjection.map(({ ProjectionLagSeconds = Number.NaN }) => ProjectionLagSeconds));
      };
      expect(lagOf('stock-view')).toBeGreaterThanOrEqual(OF_AGE_MS / 1_000);
      expect(lagOf('order-view')).toBe(0);
    }, patient);
  }, 180_000);

  test('what the publisher brings in the end has been there already', async () => {
    await switchMapping(stack(), 'publish-events', true);
    await eventually(async () => {
      for (const lines of await logsOf(stack(), ['sales', 'notifications'])) {
        const handled = lines.filter(({ message, streamId }) => {
          return message === 'handled' && streamId === `order-${orderId}`;
        });
        expect(handled).toHaveLength(2);
      }
    }, patient);
    expect(await soldToday()).toMatchObject({ orders: sold.orders + 1 });
    expect(await told()).toBe(1);
  }, 120_000);

  /** `npm run ops -- audit`, of events as young as may be. */
  async function ask(...args: string[]): Promise<{ code: number; found: Answer }> {
    const { code, stdout, stderr } = await stack().service.ops('audit', '--limit', '0', ...args);
    if (!stdout) throw new Error(stderr);
    return { code, found: JSON.parse(stdout) };
  }

  /** The schedule of the audit; the other rule is that of the tick. */
  async function theRule(): Promise<Answer> {
    const resources = await stack().resources();
    const rules = resources.filter(({ ResourceType }) => ResourceType === 'AWS::Events::Rule');
    const described = rules
      .filter(({ LogicalResourceId }) => LogicalResourceId.startsWith('Audit'))
      .map(({ PhysicalResourceId: Name }) => ['events', 'describe_rule', { Name }] as const);
    const [{ Name, ScheduleExpression, State, Description }] = await stack().emulator.calls(described);
    return { Name, ScheduleExpression, State, Description };
  }
}
