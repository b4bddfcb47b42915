import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';

type Resolve = (name: string) => Promise<unknown>;
interface Generated {
  resources(options: { resolveVariable: Resolve }): Promise<{
    Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  }>;
}

const load = (name: string) =>
  createRequire(import.meta.url)(`../../../resources/observability/${name}.cjs`) as Generated;

/** What both files make of a stage of one consumer with these parameters. */
async function alarmsOf(parameters: Record<string, unknown>) {
  const variables: Record<string, unknown> = {
    'self:service': 'shop',
    'sls:stage': 'qa',
    'self:custom.consumers': [
      { name: 'sales', description: 'counts', handler: 'functions/consumers/sales/x.handler', filter: {} },
    ],
    'self:functions': [
      { 'place-order': { handler: 'functions/commands/place-order/handler.handler' } },
      { 'publish-events': { handler: 'functions/publisher/publish-events/handler.handler' } },
      { sales: { handler: 'functions/consumers/sales/x.handler' } },
    ],
    'param:alarms': true,
    'param:alarmEmail': '',
    'param:alarmTopicArn': '',
    'param:encryption': 'aws-owned',
    'file(resources/encryption/aws-owned.yml):alarmTopicKey': { Ref: 'AWS::NoValue' },
    ...parameters,
  };
  const resolveVariable: Resolve = async (name) => {
    if (!(name in variables)) throw new Error(`nobody said ${name}`);
    return variables[name];
  };
  const made = await Promise.all(
    ['alarms', 'alarm-topic'].map((name) => load(name).resources({ resolveVariable })),
  );
  return Object.assign({}, ...made.map(({ Resources }) => Resources)) as Awaited<
    ReturnType<Generated['resources']>
  >['Resources'];
}

const actionsOf = (resources: Awaited<ReturnType<typeof alarmsOf>>) => [
  ...new Set(
    Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm')
      .map(({ Properties }) => JSON.stringify([Properties.AlarmActions, Properties.OKActions])),
  ),
];

describe('The alarms of a stage', () => {
  test('come with each function and consumer, and go to a topic of the stage', async () => {
    const resources = await alarmsOf({});
    expect(Object.keys(resources)).toEqual(
      expect.arrayContaining([
        'PlaceDashorderLambdaFunctionErrorsAlarm',
        'SalesLambdaFunctionThrottlesAlarm',
        'SalesDeadLettersAlarm',
        'SalesQueueAgeAlarm',
        'AlarmsTopic',
        'AlarmsTopicPolicy',
      ]),
    );
    expect(actionsOf(resources)).toEqual([
      JSON.stringify([[{ Ref: 'AlarmsTopic' }], [{ Ref: 'AlarmsTopic' }]]),
    ]);
    expect(Object.values(resources).filter(({ Type }) => Type === 'AWS::SNS::Subscription')).toEqual([]);
  });

  test('are mailed where the stage has an address', async () => {
    const { AlarmsByEmail } = await alarmsOf({ 'param:alarmEmail': 'ops@example.com' });
    expect(AlarmsByEmail?.Properties).toEqual({
      TopicArn: { Ref: 'AlarmsTopic' },
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  test('go to a topic that is there already, and the stage then has none', async () => {
    const arn = 'arn:aws:sns:eu-west-1:111122223333:pager';
    const resources = await alarmsOf({ 'param:alarmTopicArn': arn });
    expect(actionsOf(resources)).toEqual([JSON.stringify([[arn], [arn]])]);
    expect(Object.values(resources).filter(({ Type }) => Type.startsWith('AWS::SNS::'))).toEqual([]);
  });

  test.each([false, 'false'])('are none where the parameter says %p, and nobody is told', async (alarms) => {
    expect(await alarmsOf({ 'param:alarms': alarms, 'param:alarmEmail': 'ops@example.com' })).toEqual({});
  });

  test('can be had by a parameter of one deployment', async () => {
    expect(Object.keys(await alarmsOf({ 'param:alarms': 'true' })).length).toBeGreaterThan(10);
  });
});
