import { expect, test } from '@jest/globals';
import { must, patient, place } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer } from '#tests/deploy/rehearsal/emulator.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

export function secondDeployment(stack: () => Stack): void {
  test('brings the changed function and keeps every table, queue and topic with what is in it', async () => {
    const { service, request, ada } = stack();
    const orderId = await place(stack(), 30, 'US');
    const before = { kept: await kept(), ids: await physicalIds() };

    await service.edit(
      'functions/queries/health/handler.ts',
      "status: 'ok'",
      "status: 'ok', deployed: 'again'",
    );
    await service.deploy();

    expect(await physicalIds()).toEqual(before.ids);
    expect(await kept()).toEqual(before.kept);
    const health = await request('GET', '/health', { as: null });
    expect(health.body).toEqual({ status: 'ok', deployed: 'again' });
    expect((await must(request('GET', `/orders/${orderId}`))).body).toMatchObject({ orderId, total: 30 });

    // The stream is read on from where it was, and every hop is still there.
    const next = await place(stack(), 31, 'US');
    const orders = async () =>
      (await must(request('GET', `/customers/${ada.sub}/orders`))).body.orders.map(
        (order: Answer) => order.orderId,
      );
    await eventually(
      async () => expect(await orders()).toEqual(expect.arrayContaining([orderId, next])),
      patient,
    );
  }, 300_000);

  test('without a change it does nothing', async () => {
    const { stdout, stderr } = await stack().service.deploy();
    expect(stdout + stderr).toContain('No changes to deploy');
  }, 120_000);

  /** What would be otherwise, had anything that holds data been replaced. */
  async function kept(): Promise<Answer> {
    const { emulator, name } = stack();
    const { TableNames } = await emulator.call('dynamodb', 'list_tables');
    const { QueueUrls } = await emulator.call('sqs', 'list_queues', { QueueNamePrefix: name });
    const tables = await emulator.calls(
      TableNames.map((TableName: string) => ['dynamodb', 'describe_table', { TableName }]),
    );
    const queues = await emulator.calls(
      QueueUrls.map((QueueUrl: string) => [
        'sqs',
        'get_queue_attributes',
        { QueueUrl, AttributeNames: ['QueueArn', 'CreatedTimestamp'] },
      ]),
    );
    return {
      tables: tables.map(({ Table: { TableId, CreationDateTime, LatestStreamArn } }) => {
        return { TableId, CreationDateTime, LatestStreamArn };
      }),
      queues: queues.map(({ Attributes }) => Attributes),
    };
  }

  async function physicalIds(): Promise<Record<string, string>> {
    const resources = await stack().resources();
    return Object.fromEntries(
      resources.map(({ LogicalResourceId, PhysicalResourceId }) => [LogicalResourceId, PhysicalResourceId]),
    );
  }
}
