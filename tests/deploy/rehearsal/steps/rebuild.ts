import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { must, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer } from '#tests/deploy/rehearsal/emulator.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

/** How the partitions of the views begin; `G2#` stands before it in the second generation. */
const VIEWS = ['ORDER#', 'CUSTOMER#'];

export function rebuild(stack: () => Stack): void {
  const right = { status: 'pending', total: 50, version: 2 };
  const wrong = { status: 'delivered', total: 1, version: 2 };
  let damaged: string;
  let deployed: Record<string, string>;

  const get = async (path: string) => (await must(stack().request('GET', path, { as: stack().staff }))).body;
  const view = () => get(`/orders/${damaged}`);

  beforeAll(async () => {
    // As an operator could do it. The 30 s are for invocations that run for as long as they may, and none does here; the
    // 5 s for which a process goes by what it has read stay in.
    deployed = await environment();
    await setEnvironment({ ...deployed, PROPAGATION_SECONDS: '6' });
  }, 30_000);

  afterAll(() => setEnvironment(deployed), 30_000);

  test('builds the views anew while orders go on, and the damaged one is right again', async () => {
    damaged = await place(stack(), 50, 'US');
    const Key = keyOf(`ORDER#${damaged}`, 'VIEW');
    await eventually(async () => expect(await item(Key)).toMatchObject({ total: { N: '5000' } }), patient);
    await stack().emulator.call('dynamodb', 'update_item', {
      TableName: table(),
      Key,
      UpdateExpression: 'SET #status = :status, #total = :total',
      ExpressionAttributeNames: { '#status': 'status', '#total': 'total' },
      ExpressionAttributeValues: { ':status': { S: wrong.status }, ':total': { N: '100' } },
    });
    expect(await view()).toMatchObject(wrong);

    const building = ask();
    const begun = keyOf('PROJECTION#order-view', 'GENERATIONS');
    await eventually(async () => expect(await item(begun)).toBeDefined(), patient);
    const during = await place(stack(), 51, 'US');
    expect(await building).toMatchObject({
      live: 2,
      other: { generation: 1, phase: 'kept' },
      comparison: { repaired: 0, differing: 1, examples: [`order-${damaged}`] },
    });

    await eventually(async () => {
      expect(await view()).toMatchObject(right);
      const { orders } = await get(`/customers/${stack().ada.sub}/orders`);
      expect(orders).toContainEqual(expect.objectContaining({ orderId: damaged, ...right }));
      expect(orders).toContainEqual(expect.objectContaining({ orderId: during, total: 51 }));
    }, patient);
    expect((await get(`/notifications?orderId=${damaged}`)).notifications).toHaveLength(1);
  }, 180_000);

  test('--rollback brings the old views back, and once more the new ones', async () => {
    expect(await ask('--rollback')).toMatchObject({ live: 1, other: { generation: 2, phase: 'kept' } });
    await eventually(async () => expect(await view()).toMatchObject(wrong), patient);
    expect(await ask('--rollback')).toMatchObject({ live: 2, other: { generation: 1, phase: 'kept' } });
    await eventually(async () => expect(await view()).toMatchObject(right), patient);
  }, 120_000);

  test('--drop leaves no item of the old generation', async () => {
    const liveSince = expect.any(String);
    expect(await ask('--drop')).toEqual({ projection: 'order-view', live: 2, liveSince, newest: 2 });
    const all = { TableName: table(), ProjectionExpression: 'pk' };
    const { Items } = await stack().emulator.call('dynamodb', 'scan', all);
    const beginning = (...prefixes: string[]): string[] =>
      Items.map(({ pk }: Answer) => pk.S).filter((pk: string) => prefixes.some((one) => pk.startsWith(one)));
    expect(beginning(...VIEWS, 'REBUILD#order-view#1')).toEqual([]);
    expect(beginning(...VIEWS.map((prefix) => `G2#${prefix}`)).length).toBeGreaterThan(5);
    expect(await view()).toMatchObject(right);
  }, 120_000);

  const table = () => stack().outputs.ReadModelTableName;
  const keyOf = (pk: string, sk: string) => ({ pk: { S: pk }, sk: { S: sk } });

  async function item(Key: object): Promise<Answer> {
    return (await stack().emulator.call('dynamodb', 'get_item', { TableName: table(), Key })).Item;
  }

  /** `npm run ops -- rebuild`; throws an Error with what it printed unless it ends well. */
  async function ask(...args: string[]): Promise<Answer> {
    const { code, stdout, stderr } = await stack().service.ops(
      'rebuild',
      '--projection',
      'order-view',
      ...args,
    );
    if (code !== 0) throw new Error(stdout + stderr);
    return JSON.parse(stdout);
  }

  async function environment(): Promise<Record<string, string>> {
    const FunctionName = `${stack().name}-rebuild`;
    const answer = await stack().emulator.call('lambda', 'get_function_configuration', { FunctionName });
    return answer.Environment.Variables;
  }

  async function setEnvironment(Variables: Record<string, string>): Promise<void> {
    const changed = { FunctionName: `${stack().name}-rebuild`, Environment: { Variables } };
    await stack().emulator.call('lambda', 'update_function_configuration', changed);
  }
}
