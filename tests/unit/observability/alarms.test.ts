import { describe, expect, test } from '@jest/globals';
import type { Resource } from '#resources/local/stack/template.ts';
import { readObservability } from '#resources/observability/index.ts';
import { InvalidConfiguration } from '#resources/variables.ts';
import { variables } from '#tests/support/variables.ts';

const encryption = `file(resources/stack/encryption/\${param:encryption}.yml)`;
const sales = 'functions/consumers/sales/consumer.yml';

/** As the framework makes logical ids. */
const id = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`.replaceAll('-', 'Dash');
const naming = {
  getLambdaLogicalId: (name: string) => `${id(name)}LambdaFunction`,
  getLogGroupLogicalId: (name: string) => `${id(name)}LogGroup`,
};

/** What watches a stage of one consumer with these parameters. */
async function resourcesOf(parameters: Record<string, unknown>): Promise<Record<string, Resource>> {
  const { Resources } = await readObservability(
    variables({
      'self:service': 'shop',
      'sls:stage': 'qa',
      'self:consumers': [sales],
      [`file(${sales})`]: {
        name: 'sales',
        description: 'counts',
        handler: 'functions/consumers/sales/handler.handler',
        filter: { eventType: ['OrderCreated'] },
      },
      'self:functions': [
        { 'place-order': { handler: 'functions/commands/place-order/handler.handler' } },
        { 'publish-events': { handler: 'functions/publisher/publish-events/handler.handler' } },
        { sales: { handler: 'functions/consumers/sales/handler.handler' } },
      ],
      'param:alarms': true,
      'param:alarmEmail': '',
      'param:alarmTopicArn': '',
      [`${encryption}:alarmTopicKey`]: { Ref: 'AWS::NoValue' },
      ...parameters,
    }),
    naming,
  );
  return Resources;
}

const idsOf = (resources: Record<string, Resource>, prefix: string) =>
  Object.keys(resources).filter((id) => resources[id]?.Type.startsWith(prefix));

const actionsOf = (resources: Record<string, Resource>) => [
  ...new Set(
    idsOf(resources, 'AWS::CloudWatch::Alarm').map((id) => {
      const { AlarmActions, OKActions } = resources[id]?.Properties ?? {};
      return JSON.stringify([AlarmActions, OKActions]);
    }),
  ),
];

describe('The alarms of a stage', () => {
  test('come with each function and consumer, and go to a topic of the stage', async () => {
    const resources = await resourcesOf({});
    expect(Object.keys(resources)).toEqual(
      expect.arrayContaining([
        'CommandsFunctionsErrorsAlarm',
        'ConsumersFunctionsErrorsAlarm',
        'ConsumersFunctionsThrottlesAlarm',
        'SalesDeadLettersAlarm',
        'SalesQueueAgeAlarm',
        'AlarmsTopic',
        'AlarmsTopicPolicy',
      ]),
    );
    expect(actionsOf(resources)).toEqual([
      JSON.stringify([[{ Ref: 'AlarmsTopic' }], [{ Ref: 'AlarmsTopic' }]]),
    ]);
    expect(idsOf(resources, 'AWS::SNS::Subscription')).toEqual([]);
  });

  test('name the entry of the runbook for the function, by its folder', async () => {
    const resources = await resourcesOf({});
    const entry = (id: string) =>
      String(resources[`${id}ErrorsAlarm`]?.Properties?.AlarmDescription).split('See: ')[1];
    const functions = ['CommandsFunctions', 'PublisherFunctions', 'ConsumersFunctions'];
    expect(functions.map(entry)).toEqual(['The API fails.', 'The publisher was down.', 'A consumer fails.']);
  });

  test('of functions of a kind add up ten functions each', async () => {
    const resources = await resourcesOf({
      'self:functions': [
        ...Array.from({ length: 12 }, (_, at) => ({
          [`c${at}`]: { handler: `functions/commands/c${at}/handler.handler` },
        })),
        { 'publish-events': { handler: 'functions/publisher/publish-events/handler.handler' } },
      ],
    });
    const metrics = (id: string) => resources[id]?.Properties?.Metrics as { Expression?: string }[];
    expect(metrics('CommandsFunctionsErrorsAlarm')).toHaveLength(11);
    expect(metrics('Commands2FunctionsErrorsAlarm')).toHaveLength(3);
    expect(metrics('Commands2FunctionsThrottlesAlarm')[0]?.Expression).toBe('SUM(METRICS())');
    expect(resources.Commands2FunctionsThrottlesAlarm?.Properties?.AlarmName).toBe(
      'shop-qa-commands-2-throttles',
    );
  });

  test('are mailed where the stage has an address', async () => {
    const { AlarmsByEmail } = await resourcesOf({ 'param:alarmEmail': 'ops@example.com' });
    expect(AlarmsByEmail?.Properties).toEqual({
      TopicArn: { Ref: 'AlarmsTopic' },
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  test('go to a topic that is there already, and the stage then has none', async () => {
    const arn = 'arn:aws:sns:eu-west-1:111122223333:pager';
    const resources = await resourcesOf({ 'param:alarmTopicArn': arn });
    expect(actionsOf(resources)).toEqual([JSON.stringify([[arn], [arn]])]);
    expect(idsOf(resources, 'AWS::SNS::')).toEqual([]);
  });

  test.each([false, 'false'])('are none where the parameter says %p, and nobody is told', async (alarms) => {
    const resources = await resourcesOf({ 'param:alarms': alarms, 'param:alarmEmail': 'ops@example.com' });
    expect(idsOf(resources, 'AWS::CloudWatch::Alarm')).toEqual([]);
    expect(idsOf(resources, 'AWS::SNS::')).toEqual([]);
    expect(idsOf(resources, 'AWS::CloudWatch::Dashboard')).toEqual(['Dashboard']);
  });

  test('can be had by a parameter of one deployment', async () => {
    const resources = await resourcesOf({ 'param:alarms': 'true' });
    expect(idsOf(resources, 'AWS::CloudWatch::Alarm').length).toBeGreaterThan(10);
  });
});

describe('The monitoring of a stage is refused', () => {
  const functions = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      [`f${at}`]: { handler: `functions/operations/f${at}/handler.handler` },
    }));
  const publisher = { 'publish-events': { handler: 'functions/publisher/publish-events/handler.handler' } };

  test.each<[string, Record<string, unknown>, string]>([
    [
      'the parameter alarms is neither true nor false',
      { 'param:alarms': 'maybe' },
      'param:alarms: must be true or false',
    ],
    [
      'there is no publisher',
      { 'self:functions': functions(1) },
      'serverless.yml: functions: there is no publish-events',
    ],
    [
      'a function is defined twice',
      { 'self:functions': [publisher, publisher] },
      'serverless.yml: functions: publish-events is defined twice',
    ],
    ['a function has no handler', { 'self:functions': [{ ship: {} }] }, 'self:functions: 0.ship.handler: '],
  ])('where %s', async (_, parameters, finding) => {
    const refusal = resourcesOf(parameters);
    await expect(refusal).rejects.toThrow(InvalidConfiguration);
    await expect(refusal).rejects.toThrow(finding);
  });
});
