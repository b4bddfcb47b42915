import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import {
  BatchExecuteStatementCommand,
  BatchGetCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertStatement } from '#kit/aws/insert-items.ts';
import { eventually } from '#tests/support/eventually.ts';
import { type Aws, emulators, standIn } from './alike.ts';

/** The name of the error and, of a transaction, each item's reason. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'none';
  } catch (error) {
    const { name, CancellationReasons, Item } = error as Error & {
      CancellationReasons?: { Code: string }[];
      Item?: unknown;
    };
    return { name, reasons: CancellationReasons?.map(({ Code }) => Code), item: Item };
  }
}

describe.each([
  ['the fakes', standIn],
  ['the emulators', emulators],
])('%s', (_, create) => {
  let aws: Aws;
  beforeAll(async () => {
    aws = await create();
  });
  afterAll(() => aws.stop());

  const item = (streamId: string, version: number) => ({
    streamId,
    version,
    kind: `k-${streamId}`,
    eventId: `e${version}`,
    data: { list: [1, { deep: true }], text: 'x' },
  });
  const put = (Item: object, more: object = {}) =>
    aws.dynamo(new PutCommand({ TableName: aws.table, Item, ...more }));
  const once = {
    ConditionExpression: 'attribute_not_exists(streamId)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const;
  const get = (streamId: string, version: number) =>
    aws.dynamo(new GetCommand({ TableName: aws.table, Key: { streamId, version }, ConsistentRead: true }));

  test('puts once, and says what was there', async () => {
    await put({ ...item('put', 1), nothing: undefined }, once);
    expect((await get('put', 1)).Item).toEqual(item('put', 1));
    expect(await failure(put({ ...item('put', 1), eventId: 'other' }, once))).toEqual({
      name: 'ConditionalCheckFailedException',
      reasons: undefined,
      item: marshall(item('put', 1)),
    });
    expect((await get('put', 2)).Item).toBeUndefined();
  });

  test('inserts each item of a batch where there is none', async () => {
    const insert = (...items: object[]) =>
      aws.dynamo(
        new BatchExecuteStatementCommand({
          Statements: items.map((one) => insertStatement(aws.table, one)),
        }),
      );
    await put(item('insert', 1));
    const first = { ...item('insert', 1), eventId: 'other' };
    const second = { ...item('insert', 2), "it's": 'quoted' };
    const { Responses } = (await insert(first, second)) as { Responses: { Error?: { Code: string } }[] };
    expect(Responses.map(({ Error: error }) => error?.Code)).toEqual(['DuplicateItem', undefined]);
    expect((await get('insert', 1)).Item).toEqual(item('insert', 1));
    expect((await get('insert', 2)).Item).toEqual(second);
  });

  test('compares versions', async () => {
    const newer = (version: number) => ({
      ConditionExpression: 'attribute_not_exists(streamId) OR #v < :v',
      ExpressionAttributeNames: { '#v': 'reached' },
      ExpressionAttributeValues: { ':v': version },
    });
    await put({ ...item('cmp', 1), reached: 3 }, newer(3));
    expect(await failure(put({ ...item('cmp', 1), reached: 3 }, newer(3)))).toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    await put({ ...item('cmp', 1), reached: 4 }, newer(4));
    expect((await get('cmp', 1)).Item).toMatchObject({ reached: 4 });
  });

  test('queries a stream in order, after a version, backwards, and in pages', async () => {
    for (const version of [10, 2, 1]) await put(item('query', version));
    const query = async (
      more: object = {},
      condition = 'streamId = :s AND #v > :after',
      values: object = { ':after': 1 },
    ) => {
      const { Items, LastEvaluatedKey } = (await aws.dynamo(
        new QueryCommand({
          TableName: aws.table,
          KeyConditionExpression: condition,
          ...(condition.includes('#v') && { ExpressionAttributeNames: { '#v': 'version' } }),
          ExpressionAttributeValues: { ':s': 'query', ...values },
          ...more,
        }),
      )) as { Items: { version: number }[]; LastEvaluatedKey?: object };
      return { versions: Items.map(({ version }) => version), LastEvaluatedKey };
    };
    expect(await query()).toEqual({ versions: [2, 10], LastEvaluatedKey: undefined });
    expect((await query({ ScanIndexForward: false, Limit: 1 }, 'streamId = :s', {})).versions).toEqual([10]);
    const first = await query({ Limit: 1 });
    expect(first).toEqual({ versions: [2], LastEvaluatedKey: { streamId: 'query', version: 2 } });
    expect((await query({ Limit: 1, ExclusiveStartKey: first.LastEvaluatedKey })).versions).toEqual([10]);
  });

  test('queries an index for its keys', async () => {
    for (const version of [1, 2, 3]) await put(item('index', version));
    const { Items } = await aws.dynamo(
      new QueryCommand({
        TableName: aws.table,
        IndexName: 'by-kind',
        KeyConditionExpression: 'kind = :k AND eventId BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':k': 'k-index', ':low': 'e2', ':high': 'e3' },
      }),
    );
    const keys = (version: number) => ({
      streamId: 'index',
      version,
      kind: 'k-index',
      eventId: `e${version}`,
    });
    expect(Items).toEqual([keys(2), keys(3)]);
  });

  test('gets several at once, those that there are', async () => {
    await put(item('batch', 1));
    const Keys = [1, 2].map((version) => ({ streamId: 'batch', version }));
    const { Responses } = await aws.dynamo(new BatchGetCommand({ RequestItems: { [aws.table]: { Keys } } }));
    expect((Responses as Record<string, unknown>)[aws.table]).toEqual([item('batch', 1)]);
  });

  test('makes a transaction whole, once for each token, or not at all', async () => {
    const transaction = (version: number, token: string) =>
      aws.dynamo(
        new TransactWriteCommand({
          ClientRequestToken: token,
          TransactItems: [
            { Put: { TableName: aws.table, Item: item('tx', version), ...once } },
            {
              Update: {
                TableName: aws.table,
                Key: { streamId: 'tx', version: 99 },
                UpdateExpression: 'ADD #n0 :n0, #n1 :n1',
                ExpressionAttributeNames: { '#n0': 'orders', '#n1': 'revenue' },
                ExpressionAttributeValues: { ':n0': 1, ':n1': -5 },
              },
            },
          ],
        }),
      );
    const token = `token-${Math.random()}`;
    await transaction(1, token);
    await transaction(1, token);
    expect((await get('tx', 99)).Item).toMatchObject({ orders: 1, revenue: -5 });
    expect(await failure(transaction(2, token))).toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
    expect(await failure(transaction(1, `${token}-2`))).toMatchObject({
      name: 'TransactionCanceledException',
      reasons: ['ConditionalCheckFailed', 'None'],
    });
    expect((await get('tx', 99)).Item).toMatchObject({ orders: 1, revenue: -5 });
  });

  test('takes the plain commands of a library', async () => {
    const lock = () =>
      aws.dynamo(
        new PutItemCommand({
          TableName: aws.table,
          Item: marshall({ streamId: 'lock', version: 1, status: 'INPROGRESS', until: 5 }),
          ConditionExpression:
            'attribute_not_exists(#id) OR #e < :now OR (#s = :p AND attribute_exists(#i) AND #i < :now)',
          ExpressionAttributeNames: { '#id': 'streamId', '#e': 'expiry', '#s': 'status', '#i': 'until' },
          ExpressionAttributeValues: marshall({ ':now': 5, ':p': 'INPROGRESS' }),
        }),
      );
    await lock();
    expect(await failure(lock())).toMatchObject({ name: 'ConditionalCheckFailedException' });
    await aws.dynamo(
      new UpdateItemCommand({
        TableName: aws.table,
        Key: marshall({ streamId: 'lock', version: 1 }),
        UpdateExpression: 'SET #s = :s, #i = :i',
        ExpressionAttributeNames: { '#s': 'status', '#i': 'until' },
        ExpressionAttributeValues: marshall({ ':s': 'DONE', ':i': 4 }),
      }),
    );
    expect((await get('lock', 1)).Item).toEqual({ streamId: 'lock', version: 1, status: 'DONE', until: 4 });
    await aws.dynamo(
      new UpdateCommand({
        TableName: aws.table,
        Key: { streamId: 'lock', version: 2 },
        UpdateExpression: 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': 'NEW' },
      }),
    );
    expect((await get('lock', 2)).Item).toEqual({ streamId: 'lock', version: 2, status: 'NEW' });
  });

  test('publishes to who filters for it, hides what is received, and gives up after the last receive', async () => {
    const entry = (Id: string, total: string, country?: string) => ({
      Id,
      Message: `body-${Id}`,
      MessageAttributes: {
        eventType: { DataType: 'String', StringValue: 'OrderCreated' },
        total: { DataType: 'Number', StringValue: total },
        ...(country && { country: { DataType: 'String', StringValue: country } }),
      },
    });
    const published = await aws.sns(
      new PublishBatchCommand({
        TopicArn: aws.topic,
        PublishBatchRequestEntries: [
          entry('cheap', '999.99', 'DE'),
          entry('home', '1000', 'US'),
          entry('nowhere', '1000'),
          entry('taken', '1000', 'DE'),
        ],
      }),
    );
    expect(published.Failed ?? []).toEqual([]);
    const [first] = await eventually(async () => {
      const messages = await aws.receive();
      return messages.length > 0 && messages;
    });
    expect(first).toMatchObject({ body: 'body-taken', receiveCount: 1 });
    expect(await aws.receive()).toEqual([]);

    const show = (ReceiptHandle: string) =>
      aws.sqs(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: aws.queueUrl,
          Entries: [{ Id: '0', ReceiptHandle, VisibilityTimeout: 0 }],
        }),
      );
    await show(first?.receiptHandle ?? '');
    const [second] = await aws.receive();
    expect(second).toMatchObject({ body: 'body-taken', receiveCount: 2 });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    await show(second?.receiptHandle ?? '');
    expect(await aws.receive()).toEqual([]);
    const [dead] = await eventually(async () => {
      const messages = await aws.receive('dead letters');
      return messages.length > 0 && messages;
    });
    expect(dead?.body).toBe('body-taken');
  });

  test('sends, and deletes', async () => {
    await aws.sqs(new SendMessageCommand({ QueueUrl: aws.queueUrl, MessageBody: 'sent' }));
    const [message] = await aws.receive();
    expect(message).toMatchObject({ body: 'sent', receiveCount: 1 });
    await aws.remove(message?.receiptHandle ?? '');
    expect(await aws.receive()).toEqual([]);
  });
});
