import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createRuntime } from '#kit/config/runtime.ts';
import { applyOnce, type Change } from '#kit/projections/inbox.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

const target = { pk: 'TALLY#2026-01-31#0', sk: 'COUNTERS' };
const change = (eventId: string, add: Change['add'] = { started: 1 }): Change => ({ eventId, target, add });

interface Input {
  Statements?: { Statement: string; Parameters: unknown[] }[];
  ClientRequestToken?: string;
}

/** `applyOnce` on a DynamoDB that inserts everything, and answers transactions with these errors, then with success. */
async function applied(changes: Change[], ...errors: unknown[]) {
  const sent: { name: string; input: Input }[] = [];
  const send = async ({ constructor: { name }, input }: { constructor: { name: string }; input: Input }) => {
    sent.push({ name, input });
    if (name === 'BatchExecuteStatementCommand')
      return { Responses: (input.Statements ?? []).map(() => ({})) };
    const error = errors.shift();
    if (error) throw error;
    return {};
  };
  const runtime = createRuntime(counterApplication, {
    settings: { READ_MODEL_TABLE: 'read-model' },
    now: () => 0,
    dynamo: { send } as never,
    sleep: async () => undefined,
  });
  const outcome = await applyOnce(runtime, 'tally', changes).catch((error: unknown) => error);
  const transactions = sent.filter(({ name }) => name === 'TransactWriteCommand').map(({ input }) => input);
  return { outcome, sent, transactions };
}

const canceled = (...reasons: { Code: string; Item?: Record<string, { S: string }> }[]) =>
  new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons: reasons });

const [none, failed] = [
  { Code: 'None' },
  (fate: string) => ({ Code: 'ConditionalCheckFailed', Item: { fate: { S: fate } } }),
];
const both = [change('e1', { started: 1, total: 500 }), change('e2', { total: -200 })];

describe('an inbox', () => {
  test('writes a marker for each event, then the sums and the end of the batch in one transaction', async () => {
    const { sent } = await applied(both);
    const [markers, transaction] = sent.map(({ input }) => input) as [Input, Input];
    const { Statements: statements = [] } = markers;
    expect(sent.map(({ name }) => name)).toEqual(['BatchExecuteStatementCommand', 'TransactWriteCommand']);
    expect(statements.map(({ Parameters }) => Parameters)).toEqual([
      ['INBOX#tally#e1', 'TALLY#2026-01-31#0#COUNTERS', expect.any(String), 30 * 86_400],
      ['INBOX#tally#e2', 'TALLY#2026-01-31#0#COUNTERS', expect.any(String), 30 * 86_400],
    ]);
    const batchId = statements[0]?.Parameters[2];
    expect(statements[1]?.Parameters[2]).toBe(batchId);
    expect(transaction).toEqual({
      ClientRequestToken: batchId,
      TransactItems: [
        {
          Put: {
            TableName: 'read-model',
            Item: { pk: `INBOX#tally#${batchId}`, sk: 'BATCH', fate: 'applied', expiresAt: 60 * 86_400 },
            ConditionExpression: 'attribute_not_exists(pk)',
            ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
          },
        },
        {
          Update: {
            TableName: 'read-model',
            Key: target,
            UpdateExpression: 'ADD #n0 :n0, #n1 :n1',
            ExpressionAttributeNames: { '#n0': 'started', '#n1': 'total' },
            ExpressionAttributeValues: { ':n0': 1, ':n1': 300 },
          },
        },
      ],
    });
  });

  test('takes an event that comes twice once', async () => {
    const { sent } = await applied([change('e1'), change('e1')]);
    expect(sent[0]?.input.Statements).toHaveLength(1);
  });

  test('sends nothing where there is nothing to add', async () => {
    expect((await applied([])).sent).toEqual([]);
  });

  test('does not repeat an error that no repetition mends', async () => {
    const { outcome, transactions } = await applied([change('e1')], new Error('no such table'));
    expect(outcome).toMatchObject({
      name: 'ChangesNotApplied',
      failures: new Map([['e1', new Error('no such table')]]),
    });
    expect(transactions).toHaveLength(1);
  });

  test.each([
    ['another one is under way', new TransactionInProgressException({ message: 'x', $metadata: {} })],
    ['it met another one', canceled({ Code: 'TransactionConflict' }, none)],
    ['it was throttled', canceled(none, { Code: 'ThrottlingError' })],
    ['it was throttled in another way', canceled({ Code: 'ProvisionedThroughputExceeded' }, none)],
  ])('repeats the same transaction where %s', async (_, error) => {
    const { outcome, transactions } = await applied(both, error);
    expect(outcome).toBeUndefined();
    expect(transactions).toHaveLength(2);
    expect(transactions[1]).toEqual(transactions[0]);
  });

  test('fails where every transaction meets another one', async () => {
    const conflicts = Array.from({ length: 8 }, () => canceled(none, { Code: 'TransactionConflict' }));
    const { outcome, transactions } = await applied(both, ...conflicts);
    expect(outcome).toMatchObject({ name: 'ChangesNotApplied' });
    expect(transactions).toHaveLength(8);
  });

  test('is done where the batch was applied before: an answer was lost', async () => {
    const { outcome, transactions } = await applied(both, canceled(failed('applied'), none));
    expect(outcome).toBeUndefined();
    expect(transactions).toHaveLength(1);
  });

  test('begins anew, as another batch, where another process gave the batch up', async () => {
    const { outcome, sent, transactions } = await applied(both, canceled(failed('given-up'), none));
    expect(outcome).toBeUndefined();
    expect(sent.filter(({ name }) => name === 'BatchExecuteStatementCommand')).toHaveLength(2);
    expect(new Set(transactions.map(({ ClientRequestToken }) => ClientRequestToken)).size).toBe(2);
  });
});
