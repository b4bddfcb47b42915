import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createRuntime } from '#kit/config/runtime.ts';
import { applyOnce, type Change } from '#kit/projections/inbox.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

const target = { pk: 'TALLY#2026-01-31#0', sk: 'COUNTERS' };
const change = (eventId: string, add: Change['add'] = { started: 1 }): Change => ({ eventId, target, add });

/** The transactions that `applyOnce` sends, each answered as success. */
async function sentFor(changes: Change[], now = 0): Promise<TransactWriteCommandInput[]> {
  const sent: TransactWriteCommandInput[] = [];
  const send = async (command: { input: TransactWriteCommandInput }) => {
    sent.push(command.input);
    return {};
  };
  const settings = { READ_MODEL_TABLE: 'read-model' };
  await applyOnce(
    createRuntime(counterApplication, { settings, now: () => now, dynamo: { send } as never }),
    'tally',
    changes,
  );
  return sent;
}

describe('the transaction of an inbox', () => {
  test('has a marker for each event and one update that adds their sums', async () => {
    const [sent] = await sentFor([change('e1', { started: 1, total: 500 }), change('e2', { total: -200 })]);
    const marker = (eventId: string) => ({
      Put: {
        TableName: 'read-model',
        Item: {
          pk: `INBOX#tally#${eventId}`,
          sk: 'TALLY#2026-01-31#0#COUNTERS',
          expiresAt: 30 * 86_400,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      },
    });
    expect(sent?.TransactItems).toEqual([
      marker('e1'),
      marker('e2'),
      {
        Update: {
          TableName: 'read-model',
          Key: target,
          UpdateExpression: 'ADD #n0 :n0, #n1 :n1',
          ExpressionAttributeNames: { '#n0': 'started', '#n1': 'total' },
          ExpressionAttributeValues: { ':n0': 1, ':n1': 300 },
        },
      },
    ]);
  });

  test('the same content has the same token, any other another: DynamoDB refuses a token with new content', async () => {
    const tokenOf = async (changes: Change[], now?: number) =>
      (await sentFor(changes, now))[0]?.ClientRequestToken;
    const token = await tokenOf([change('e1')]);
    expect(token).toMatch(/^[0-9a-f]{36}$/);
    expect(await tokenOf([change('e1'), change('e1')])).toBe(token);
    const others = [
      await tokenOf([change('e2')]),
      await tokenOf([change('e1', { started: 2 })]),
      await tokenOf([change('e1')], 60_000),
    ];
    expect(new Set([token, ...others]).size).toBe(4);
  });

  test('no changes, no transaction', async () => {
    expect(await sentFor([])).toEqual([]);
  });

  test('an error that no repetition mends is not repeated', async () => {
    let calls = 0;
    const send = async () => {
      calls += 1;
      throw new Error('no such table');
    };
    const runtime = createRuntime(counterApplication, {
      settings: { READ_MODEL_TABLE: 'read-model' },
      dynamo: { send } as never,
      sleep: async () => undefined,
    });
    await expect(applyOnce(runtime, 'tally', [change('e1')])).rejects.toMatchObject({
      name: 'ChangesNotApplied',
      failures: new Map([['e1', new Error('no such table')]]),
    });
    expect(calls).toBe(1);
  });

  const answering = (...errors: unknown[]) => {
    const sizes: number[] = [];
    const send = async ({ input }: { input: TransactWriteCommandInput }) => {
      sizes.push(input.TransactItems?.length ?? 0);
      const error = errors[sizes.length - 1];
      if (error) throw error;
      return {};
    };
    const runtime = createRuntime(counterApplication, {
      settings: { READ_MODEL_TABLE: 'read-model' },
      dynamo: { send } as never,
      sleep: async () => undefined,
    });
    return { runtime, sizes };
  };
  const canceled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const both = [change('e1'), change('e2')];

  test.each([
    ['another one is under way', new TransactionInProgressException({ message: 'x', $metadata: {} })],
    ['it met another one', canceled('TransactionConflict', 'None', 'None')],
    ['it was throttled', canceled('None', 'None', 'ThrottlingError')],
    ['it was throttled in another way', canceled('ProvisionedThroughputExceeded', 'None', 'None')],
  ])('is repeated where %s', async (_, error) => {
    const { runtime, sizes } = answering(error);
    await applyOnce(runtime, 'tally', both);
    expect(sizes).toEqual([3, 3]);
  });

  test('goes again without the events that were counted before', async () => {
    const { runtime, sizes } = answering(canceled('ConditionalCheckFailed', 'None', 'None'));
    await applyOnce(runtime, 'tally', both);
    expect(sizes).toEqual([3, 2]);
  });

  test('is over where all were counted before', async () => {
    const { runtime, sizes } = answering(
      canceled('ConditionalCheckFailed', 'ConditionalCheckFailed', 'None'),
    );
    await applyOnce(runtime, 'tally', both);
    expect(sizes).toEqual([3]);
  });
});
