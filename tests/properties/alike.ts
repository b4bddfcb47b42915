import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { documentClient } from '#kit/aws/document-client.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { createQueue } from '#resources/local/stack/queues.ts';
import { createTable } from '#resources/local/stack/tables.ts';
import { accountId } from '#resources/local/stack/template.ts';
import { createTopic, subscribe } from '#resources/local/stack/topics.ts';
import { sharedEmulators, uniquePrefix } from '#tests/support/emulators.ts';
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
export interface Aws {
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

export async function standIn(): Promise<Aws> {
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

export async function emulators(): Promise<Aws> {
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
