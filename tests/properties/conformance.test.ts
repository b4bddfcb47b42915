import { DynamoDBClient, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import {
  BatchGetCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { documentClient } from '#kit/aws/document-client.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { createQueue } from '#resources/local/stack/queues.ts';
import { createTable } from '#resources/local/stack/tables.ts';
import { accountId } from '#resources/local/stack/template.ts';
import { createTopic, subscribe } from '#resources/local/stack/topics.ts';
import { sharedEmulators, uniquePrefix } from '#tests/support/emulators.ts';
import { eventually } from '#tests/support/eventually.ts';
import { FakeDynamo } from './fakes/dynamo.ts';
import { Queue } from './fakes/queue.ts';
import { attributeFilter, FakeSns } from './fakes/sns.ts';
import { FakeSqs } from './fakes/sqs.ts';
import { randomOf } from './simulator/random.ts';
import { tableOf } from './simulator/virtual-tables.ts';

interface Received {
  body: string;
  receiptHandle: string;
  receiveCount: number;
}

/** What both have to be alike in: the calls that the functions make, and what a mapping does with a queue. */
interface Aws {
  dynamo(command: object): Promise<Record<string, unknown>>;
  sns(command: object): Promise<Record<string, unknown>>;
  sqs(command: object): Promise<Record<string, unknown>>;
  table: string;
  topic: string;
  queueUrl: string;
  receive(queue?: 'queue' | 'dead letters'): Promise<Received[]>;
  remove(receiptHandle: string): Promise<void>;
  stop(): void;
}

const key = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];
const TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'streamId', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
    { AttributeName: 'kind', AttributeType: 'S' },
    { AttributeName: 'eventId', AttributeType: 'S' },
  ],
  KeySchema: key('streamId', 'version'),
  GlobalSecondaryIndexes: [
    { IndexName: 'by-kind', KeySchema: key('kind', 'eventId'), Projection: { ProjectionType: 'KEYS_ONLY' } },
  ],
};
const FILTER = {
  eventType: ['OrderCreated'],
  total: [{ numeric: ['>=', 1000] }],
  country: [{ 'anything-but': ['US'] }],
};
const MAX_RECEIVES = 2;

async function standIn(): Promise<Aws> {
  const now = () => Date.now();
  const shape = (name: string) => ({ name, url: `https://queue/${name}`, arn: name, visibilityMs: 30_000 });
  const deadLetters = new Queue(shape('dead'), now, randomOf(1, 'dead'));
  const queue = new Queue(
    { ...shape('queue'), maxReceiveCount: MAX_RECEIVES, deadLetters },
    now,
    randomOf(1, 'queue'),
  );
  const dynamo = new FakeDynamo([tableOf('events', TABLE, now)], now);
  const sqs = new FakeSqs([queue, deadLetters]);
  const sns = new FakeSns([
    { consumer: 'one', takes: attributeFilter(FILTER), deliver: ({ body }) => void queue.send(body) },
  ]);
  type Command = Parameters<FakeDynamo['perform']>[0];
  return {
    dynamo: async (command) => dynamo.perform(command as Command) as Record<string, unknown>,
    sns: async (command) => sns.perform(command as Command) as Record<string, unknown>,
    sqs: async (command) => sqs.perform(command as Command) as Record<string, unknown>,
    table: 'events',
    topic: 'topic',
    queueUrl: queue.shape.url,
    receive: async (which = 'queue') =>
      (which === 'queue' ? queue : deadLetters).receive(10).map(({ body, receiptHandle = '', receives }) => ({
        body,
        receiptHandle,
        receiveCount: receives,
      })),
    remove: async (receiptHandle) => void queue.delete(receiptHandle),
    stop() {},
  };
}

async function emulators(): Promise<Aws> {
  const endpoints = sharedEmulators();
  const api = awsApi(endpoints);
  const { region } = endpoints;
  const prefix = uniquePrefix();
  const table = `${prefix}events`;
  const arn = (name: string) => `arn:aws:sqs:${region}:${accountId}:${name}`;
  const url = (name: string) => `${endpoints.sqs}/${accountId}/${name}`;
  const [queue, dead] = [`${prefix}queue`, `${prefix}dead`];
  await createTable(api, table, TABLE, region);
  await createQueue(api, dead, url(dead), { VisibilityTimeout: 30 });
  await createQueue(api, queue, url(queue), {
    VisibilityTimeout: 30,
    RedrivePolicy: { deadLetterTargetArn: arn(dead), maxReceiveCount: MAX_RECEIVES },
  });
  const topic = `arn:aws:sns:${region}:${accountId}:${prefix}topic`;
  await createTopic(api, `${prefix}topic`, {});
  await subscribe(api, {
    TopicArn: topic,
    Protocol: 'sqs',
    Endpoint: arn(queue),
    RawMessageDelivery: true,
    FilterPolicyScope: 'MessageAttributes',
    FilterPolicy: FILTER,
  } as never);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = (endpoint: string) => ({ region, endpoint, credentials });
  const dynamo = documentClient(new DynamoDBClient(client(endpoints.dynamodb)));
  const sns = new SNSClient(client(endpoints.sns));
  const sqs = new SQSClient(client(endpoints.sqs));
  const send = (to: unknown) => (command: object) =>
    (to as { send(command: object): Promise<Record<string, unknown>> }).send(command);
  return {
    dynamo: send(dynamo),
    sns: send(sns),
    sqs: send(sqs),
    table,
    topic,
    queueUrl: url(queue),
    async receive(which = 'queue') {
      const answer = await api.sqs<{
        Messages?: { Body: string; ReceiptHandle: string; Attributes: Record<string, string> }[];
      }>('ReceiveMessage', {
        QueueUrl: url(which === 'queue' ? queue : dead),
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      });
      return (answer.Messages ?? []).map(({ Body, ReceiptHandle, Attributes }) => ({
        body: Body,
        receiptHandle: ReceiptHandle,
        receiveCount: Number(Attributes.ApproximateReceiveCount),
      }));
    },
    remove: async (ReceiptHandle) => {
      await api.sqs('DeleteMessage', { QueueUrl: url(queue), ReceiptHandle });
    },
    stop() {
      for (const one of [dynamo, sns, sqs]) one.destroy();
    },
  };
}

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
