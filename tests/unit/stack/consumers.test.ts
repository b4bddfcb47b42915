import { describe, expect, test } from '@jest/globals';
import { readConsumerParts } from '#resources/consumers/index.ts';
import { InvalidConfiguration } from '#resources/variables.ts';
import { variables } from '#tests/support/variables.ts';

const fraudReview = {
  name: 'fraud-review',
  description: 'Reviews.',
  handler: 'functions/consumers/fraud-review/handler.handler',
  filter: { eventType: ['OrderCreated'] },
};

const customs = {
  ...fraudReview,
  name: 'customs',
  handler: 'functions/consumers/customs/handler.handler',
};

const encryption = `file(resources/stack/encryption/\${param:encryption}.yml)`;

const deployment = {
  'self:service': 'shop',
  'sls:stage': 'qa',
  'self:custom.parameters.maxReceiveCount': 5,
  'self:custom.parameters.retryBaseSeconds': '2',
  'param:queueRetentionInDays': 4,
  'param:consumerConcurrency': 5,
  [`${encryption}:queueKeyIsAwsOwned`]: true,
  [`${encryption}:queueKey`]: { Ref: 'AWS::NoValue' },
};

const fileOf = ({ name }: { name: string }) => `functions/consumers/${name}/consumer.yml`;

/** What follows from these files, each in the folder of its name; `settings` replace those of the deployment. */
function partsOf(files: Record<string, object>, settings: Record<string, unknown> = {}) {
  const paths = Object.keys(files);
  const contents = Object.entries(files).map(([path, content]) => [`file(${path})`, content]);
  const consumers = { 'self:consumers': paths };
  return readConsumerParts(
    variables({ ...deployment, ...consumers, ...Object.fromEntries(contents), ...settings }),
  );
}

async function filterPolicy(filter: object): Promise<unknown> {
  const { resources } = await partsOf({ [fileOf(fraudReview)]: { ...fraudReview, filter } });
  return resources.Resources.FraudReviewSubscription?.Properties?.FilterPolicy;
}

describe('The filter policy of a consumer', () => {
  test('compares numbers with numbers, also where a parameter came from the environment as text', async () => {
    const filter = { total: [{ numeric: ['>=', '1000.5', '<', 2_000] }] };
    expect(await filterPolicy(filter)).toEqual({ total: [{ numeric: ['>=', 1_000.5, '<', 2_000] }] });
  });

  test('is otherwise what consumer.yml says', async () => {
    const filter = {
      eventType: ['OrderCreated', '1'],
      country: [{ 'anything-but': ['US', '1'] }, { prefix: '1' }],
      paid: [true, 1, null, { exists: false }],
    };
    expect(await filterPolicy(filter)).toEqual(filter);
  });

  test.each([
    ['a threshold that is no number', { total: [{ numeric: ['>=', 'much'] }] }, 'filter.total.0'],
    ['an empty threshold', { total: [{ numeric: ['>=', ''] }] }, 'filter.total.0'],
    ['a comparison that SNS does not have', { total: [{ numeric: ['=>', 1] }] }, 'filter.total.0'],
    ['a condition that SNS does not have', { total: [{ between: [1, 2] }] }, 'filter.total.0'],
    ['a number that SNS cannot compare', { total: [{ numeric: ['>', 1e10] }] }, 'filter.total.0'],
    ['an attribute without values', { eventType: [] }, 'filter.eventType'],
    ['a value that is no list', { eventType: 'OrderCreated' }, 'filter.eventType'],
    ['no attribute', {}, 'filter: must name one to five attributes'],
    [
      'six attributes',
      Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, ['x']])),
      'filter: must name one to five attributes',
    ],
  ])('must not have %s', async (_, filter, finding) => {
    const refusal = filterPolicy(filter);
    await expect(refusal).rejects.toThrow(InvalidConfiguration);
    await expect(refusal).rejects.toThrow(`${fileOf(fraudReview)}: ${finding}`);
  });
});

describe('A consumer.yml', () => {
  test.each<[string, object, string]>([
    ['an unknown field', { calls: {} }, 'Unrecognized key: "calls"'],
    ['no description', { description: undefined }, 'description: '],
    ['a name that is not in words', { name: 'FraudReview' }, 'name: must be words'],
    ['a handler in another folder', { handler: customs.handler }, `handler: ${customs.handler} is not in `],
    ['a large batch without a window', { batchSize: 50 }, 'batchWindow: must be at least 1'],
    ['a concurrency that Lambda does not take', { maximumConcurrency: 1 }, 'maximumConcurrency: '],
  ])('with %s is refused, and the message names file and field', async (_, change, finding) => {
    const refusal = partsOf({ [fileOf(fraudReview)]: { ...fraudReview, ...change } });
    await expect(refusal).rejects.toThrow(InvalidConfiguration);
    await expect(refusal).rejects.toThrow(`${fileOf(fraudReview)}: ${finding}`);
  });

  test('that is listed must exist', async () => {
    await expect(partsOf({}, { 'self:consumers': ['functions/consumers/x/consumer.yml'] })).rejects.toThrow(
      'serverless.yml: consumers: there is no file functions/consumers/x/consumer.yml',
    );
  });

  test('must not have the name of another', async () => {
    const files = {
      [fileOf(fraudReview)]: fraudReview,
      [fileOf(customs)]: { ...customs, name: 'fraud-review' },
    };
    await expect(partsOf(files)).rejects.toThrow(
      `${fileOf(customs)}: name: ${fileOf(fraudReview)} has the name fraud-review as well`,
    );
  });

  test('of a consumer that is not subscribed makes all but a subscription, and lets the topic send nothing', async () => {
    const { filter: _, ...unsubscribed } = { ...fraudReview, subscribed: false };
    const { functions, resources } = await partsOf({ [fileOf(fraudReview)]: unsubscribed });
    expect(Object.keys(functions)).toEqual(['fraud-review']);
    const { Resources } = resources;
    expect(Object.keys(Resources).sort()).toEqual([
      'FraudReviewDeadLetters',
      'FraudReviewDeadLettersPolicy',
      'FraudReviewQueue',
      'FraudReviewQueuePolicy',
    ]);
    expect(JSON.stringify(Resources)).not.toContain('sns.amazonaws.com');
  });

  test.each([
    ['without a filter', { filter: undefined }],
    ['with a filter, that is not subscribed', { subscribed: false }],
  ])('%s is refused', async (_, change) => {
    const refusal = partsOf({ [fileOf(fraudReview)]: { ...fraudReview, ...change } });
    await expect(refusal).rejects.toThrow(`${fileOf(fraudReview)}: filter: is needed, unless`);
  });

  test('is enough for a function, a queue, its dead letters, a subscription and the outputs', async () => {
    const { functions, resources, queues } = await partsOf({
      [fileOf(fraudReview)]: fraudReview,
      [fileOf(customs)]: customs,
    });
    expect(Object.keys(functions)).toEqual(['fraud-review', 'customs']);
    expect(
      Object.keys(resources.Resources)
        .filter((id) => id.startsWith('Customs'))
        .sort(),
    ).toEqual([
      'CustomsDeadLetters',
      'CustomsDeadLettersPolicy',
      'CustomsQueue',
      'CustomsQueuePolicy',
      'CustomsSubscription',
    ]);
    expect(resources.Resources.CustomsQueue?.Properties?.QueueName).toBe('shop-qa-customs');
    expect(Object.keys(resources.Outputs)).toContain('FraudReviewDeadLettersName');
    expect(JSON.parse(queues['Fn::Sub'])).toMatchObject({
      customs: { queue: `\${CustomsQueue}`, deadLetters: `\${CustomsDeadLetters}` },
    });
  });

  test('adds permissions to those that its function always has', async () => {
    const permissions = { EventsTable: ['Query'], CustomsQueue: ['SendMessage'] };
    const { functions } = await partsOf({ [fileOf(customs)]: { ...customs, permissions } });
    expect(functions.customs?.permissions).toEqual({
      EventsTable: ['Query'],
      CustomsQueue: ['ChangeMessageVisibility', 'SendMessage'],
      CustomsDeadLetters: ['SendMessage'],
    });
  });

  test.each([
    [undefined, 5],
    [3, 3],
    [9, 5],
  ])('with maximumConcurrency %p gets %p where the stage allows 5', async (maximumConcurrency, expected) => {
    const { functions } = await partsOf({ [fileOf(customs)]: { ...customs, maximumConcurrency } });
    expect(functions.customs?.events).toMatchObject([{ sqs: { maximumConcurrency: expected } }]);
  });
});

test('A message stays hidden for the batching window and six times the timeout of the function', async () => {
  const files = { [fileOf(customs)]: { ...customs, batchWindow: 20 }, [fileOf(fraudReview)]: fraudReview };
  const { Resources } = (await partsOf(files)).resources;
  expect(Resources.CustomsQueue?.Properties?.VisibilityTimeout).toBe(140);
  expect(Resources.FraudReviewQueue?.Properties?.VisibilityTimeout).toBe(120);
});

describe('The settings of all consumers', () => {
  test.each([
    ['param:queueRetentionInDays', 15],
    ['param:queueRetentionInDays', 'long'],
    ['param:consumerConcurrency', '1'],
    ['self:custom.parameters.maxReceiveCount', 0],
    ['self:custom.parameters.retryBaseSeconds', '-2'],
    ['self:custom.parameters.retryBaseSeconds', '901'],
  ])('are checked: %s is not %j', async (variable, value) => {
    const refusal = partsOf({ [fileOf(customs)]: customs }, { [variable]: value });
    await expect(refusal).rejects.toThrow(InvalidConfiguration);
    await expect(refusal).rejects.toThrow(`${variable}: `);
  });

  test('may come from the command line, as text', async () => {
    const { resources } = await partsOf(
      { [fileOf(customs)]: customs },
      { 'param:queueRetentionInDays': '7' },
    );
    expect(resources.Resources.CustomsQueue?.Properties?.MessageRetentionPeriod).toBe(7 * 86_400);
  });
});
