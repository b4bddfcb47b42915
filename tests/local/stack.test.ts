import { describe, expect, test } from '@jest/globals';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { createResolver } from '#resources/local/stack/intrinsics.ts';
import { createStack } from '#resources/local/stack/stack.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { stageTemplate } from '#tests/support/compiled-template.ts';
import { sharedEmulators, uniquePrefix } from '#tests/support/emulators.ts';
import { eventSourceTemplate } from '#tests/support/event-source-template.ts';

const emulators = sharedEmulators();
const api = awsApi(emulators);

async function bodiesIn(url: string | undefined): Promise<string[]> {
  const { Messages = [] } = await api.sqs<{ Messages?: { Body: string }[] }>('ReceiveMessage', {
    QueueUrl: url,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
  });
  return Messages.map(({ Body }) => Body);
}

const publish = (topicArn: string | undefined, message: string, eventType: string, total: number) =>
  api.sns('Publish', {
    TopicArn: topicArn ?? '',
    Message: message,
    'MessageAttributes.entry.1.Name': 'eventType',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': eventType,
    'MessageAttributes.entry.2.Name': 'total',
    'MessageAttributes.entry.2.Value.DataType': 'Number',
    'MessageAttributes.entry.2.Value.StringValue': String(total),
  });

describe('createStack', () => {
  test('creates tables, topics, queues and subscriptions that work together', async () => {
    const prefix = uniquePrefix();
    const { tables, topics, queues } = await createStack(eventSourceTemplate(), {
      emulators,
      prefix,
      stackName: 'orders',
    });
    expect(Object.keys(queues).sort()).toEqual(['GivenUpQueue', 'ReviewDeadLetters', 'ReviewQueue']);
    expect(queues.ReviewQueue?.name).toBe(`${prefix}orders-review`);
    const { Table } = await api.dynamodb<{ Table: object }>('DescribeTable', {
      TableName: tables.EventsTable?.name,
    });
    expect(Table).toMatchObject({
      TableName: `${prefix}orders-local-events`,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    });
    expect(await api.dynamodb('DescribeTimeToLive', { TableName: tables.EventsTable?.name })).toMatchObject({
      TimeToLiveDescription: { AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' },
    });
    await publish(topics.EventsTopic?.arn, 'small', 'OrderCreated', 20);
    await publish(topics.EventsTopic?.arn, 'other', 'OrderPaid', 2000);
    await publish(topics.EventsTopic?.arn, 'large', 'OrderCreated', 2000);
    expect(await bodiesIn(queues.ReviewQueue?.url)).toEqual(['large']);
  });

  test('keeps stacks of other prefixes apart', async () => {
    const [one, two] = [
      await createStack(eventSourceTemplate(), { emulators, prefix: uniquePrefix() }),
      await createStack(eventSourceTemplate(), { emulators, prefix: uniquePrefix() }),
    ];
    await publish(one.topics.EventsTopic?.arn, 'mine', 'OrderCreated', 2000);
    expect(await bodiesIn(two.queues.ReviewQueue?.url)).toEqual([]);
    expect(await bodiesIn(one.queues.ReviewQueue?.url)).toEqual(['mine']);
  });

  test('twice is as once: contents stay, attributes and filters follow the template', async () => {
    const options = { emulators, prefix: uniquePrefix() };
    const first = await createStack(eventSourceTemplate(), options);
    await publish(first.topics.EventsTopic?.arn, 'before', 'OrderCreated', 2000);
    const changed = eventSourceTemplate({ queue: { VisibilityTimeout: 77 } });
    Object.assign(changed.Resources.ReviewSubscription?.Properties ?? {}, {
      FilterPolicy: { eventType: ['OrderPaid'] },
    });
    const second = await createStack(changed, options);
    expect(second.tables).toEqual(first.tables);
    const { Attributes } = await api.sqs<{ Attributes: object }>('GetQueueAttributes', {
      QueueUrl: second.queues.ReviewQueue?.url,
      AttributeNames: ['All'],
    });
    expect(Attributes).toMatchObject({ VisibilityTimeout: '77' });
    await publish(second.topics.EventsTopic?.arn, 'no longer', 'OrderCreated', 2000);
    await publish(second.topics.EventsTopic?.arn, 'paid', 'OrderPaid', 1);
    expect((await bodiesIn(second.queues.ReviewQueue?.url)).sort()).toEqual(['before', 'paid']);
  });

  test('refuses a kept table of another shape, and says what to do', async () => {
    const options = { emulators, prefix: uniquePrefix() };
    await createStack(eventSourceTemplate(), options);
    const changed = eventSourceTemplate();
    Object.assign(changed.Resources.EventsTable?.Properties ?? {}, {
      KeySchema: [{ AttributeName: 'streamId', KeyType: 'HASH' }],
    });
    await expect(createStack(changed, options)).rejects.toThrow(/other keys or indexes.*LOCAL_DATA_DIR/);
  });

  test('refuses a subscription that it could not deliver', async () => {
    const template = eventSourceTemplate();
    Object.assign(template.Resources.ReviewSubscription?.Properties ?? {}, { Protocol: 'https' });
    await expect(createStack(template, { emulators, prefix: uniquePrefix() })).rejects.toThrow(/https/);
  });

  test('leaves out a subscription by email: from here nobody is written to', async () => {
    const template = eventSourceTemplate();
    Object.assign(template.Resources.ReviewSubscription?.Properties ?? {}, {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    const { topics, queues } = await createStack(template, { emulators, prefix: uniquePrefix() });
    const [topic] = Object.values(topics);
    await publish(topic?.arn, 'an event', 'OrderCreated', 5_000);
    expect(await bodiesIn(queues.ReviewQueue?.url)).toEqual([]);
  });

  test('puts attributes over those of every queue where a test wants it', async () => {
    const { queues } = await createStack(eventSourceTemplate(), {
      emulators,
      prefix: uniquePrefix(),
      queueAttributes: { VisibilityTimeout: 3 },
    });
    for (const { url } of Object.values(queues)) {
      const answer = await api.sqs('GetQueueAttributes', {
        QueueUrl: url,
        AttributeNames: ['VisibilityTimeout'],
      });
      expect(answer).toEqual({ Attributes: { VisibilityTimeout: '3' } });
    }
  });
});

test('environmentOf resolves a function’s variables, and leads its SDK to the emulators', async () => {
  const prefix = uniquePrefix();
  const { environmentOf, queues } = await createStack(eventSourceTemplate(), {
    emulators,
    prefix,
    stackName: 'orders',
  });
  expect(environmentOf('ReviewLambdaFunction')).toEqual({
    EVENTS_TABLE: `${prefix}orders-local-events`,
    EVENTS_TABLE_LITERAL: `${prefix}orders-local-events`,
    TOPIC_ARN: `arn:aws:sns:us-east-1:000000000000:${prefix}orders-local-events`,
    QUEUE_URL: queues.ReviewQueue?.url,
    DLQ_NAME: `${prefix}orders-ReviewDeadLetters`,
    CURRENCY: 'USD',
    JOINED: 'a/us-east-1',
    PART: 'y',
    AWS_ENDPOINT_URL_DYNAMODB: emulators.dynamodb,
    AWS_ENDPOINT_URL_SNS: emulators.sns,
    AWS_ENDPOINT_URL_SQS: emulators.sqs,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  expect(() => environmentOf('Nobody')).toThrow(/no function Nobody/);
});

describe('intrinsic functions', () => {
  const template: Template = {
    Parameters: {
      Size: { Type: 'Number', Default: 3 },
      Zones: { Type: 'CommaDelimitedList', Default: 'a,b' },
      Free: {},
    },
    Conditions: {
      Big: { 'Fn::Equals': [{ Ref: 'Size' }, '3'] },
      Small: { 'Fn::Not': [{ Condition: 'Big' }] },
      Both: { 'Fn::And': [{ Condition: 'Big' }, { Condition: 'Small' }] },
      Either: { 'Fn::Or': [{ Condition: 'Big' }, { Condition: 'Small' }] },
    },
    Mappings: { Stage: { dev: { days: 14 } } },
    Resources: {},
  };
  const { resolve, holds } = createResolver({
    template,
    region: 'eu-west-1',
    stackName: 'orders',
    physical: (id) => ({ ref: `ref-${id}`, attributes: { Arn: `arn-${id}` } }),
  });
  const sub = (text: string) => ({ 'Fn::Sub': text.replaceAll('#', '$') });

  test.each<[string, unknown, unknown]>([
    ['Ref to a resource', { Ref: 'Queue' }, 'ref-Queue'],
    ['Ref to a parameter', { Ref: 'Size' }, 3],
    ['Ref to a list', { Ref: 'Zones' }, ['a', 'b']],
    ['Ref to a pseudo parameter', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['GetAtt', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn-Queue'],
    ['GetAtt as text', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn-Queue'],
    ['Sub', sub('#{Queue}/#{Queue.Arn}/#{AWS::Region}/#{!Kept}'), `ref-Queue/arn-Queue/eu-west-1/$\{Kept}`],
    ['Sub with variables', { 'Fn::Sub': [sub('#{x}')['Fn::Sub'], { x: { Ref: 'Queue' } }] }, 'ref-Queue'],
    ['Join', { 'Fn::Join': ['-', ['a', { Ref: 'Size' }]] }, 'a-3'],
    ['Select and Split', { 'Fn::Select': ['1', { 'Fn::Split': [',', 'a,b'] }] }, 'b'],
    ['If', { 'Fn::If': ['Big', 'yes', { 'Fn::Unknown': [] }] }, 'yes'],
    ['If not', { 'Fn::If': ['Small', 'yes', 'no'] }, 'no'],
    ['FindInMap', { 'Fn::FindInMap': ['Stage', 'dev', 'days'] }, 14],
    ['Base64', { 'Fn::Base64': 'a' }, 'YQ=='],
    ['NoValue', { kept: [1, { Ref: 'AWS::NoValue' }], gone: { Ref: 'AWS::NoValue' } }, { kept: [1] }],
    ['anything else', { a: [null, true, { b: 'c' }] }, { a: [null, true, { b: 'c' }] }],
  ])('%s', (_, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });

  test('conditions', () => {
    expect([undefined, 'Big', 'Small', 'Both', 'Either'].map(holds)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ['a function it does not know', { 'Fn::Unknown': [] }, /Fn::Unknown/],
    ['a parameter without a value', { Ref: 'Free' }, /Free has no value/],
    [
      'an attribute that is not there',
      { 'Fn::GetAtt': ['Queue', 'Nothing'] },
      /Queue has no attribute Nothing/,
    ],
    ['a condition that is not there', { 'Fn::If': ['Odd', 1, 2] }, /no condition Odd/],
  ])('name %s', (_, value, message) => {
    expect(() => resolve(value)).toThrow(message);
  });
});

test('What only prod has, the local run passes over: its tables, topics and queues are there', async () => {
  const prod = await stageTemplate('prod');
  const stack = await createStack(prod, { emulators, prefix: uniquePrefix() });
  const there = [stack.tables, stack.topics, stack.queues].map((kind) => Object.keys(kind));
  const wanted = ['AWS::DynamoDB::Table', 'AWS::SNS::Topic', 'AWS::SQS::Queue'].map((type) =>
    Object.keys(prod.Resources).filter((id) => prod.Resources[id]?.Type === type),
  );
  expect(there).toEqual(wanted);
  expect(stack.environmentOf('PublishDasheventsLambdaFunction').TOPIC_ARN).toBe(
    stack.topics.EventsTopic?.arn,
  );
}, 60_000);
