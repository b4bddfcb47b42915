import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Resource, Template } from '#resources/local/stack/template.ts';
import { accessControlRules } from '#tests/support/access-control-rules.ts';
import { compile, compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { exampleRegion, givenNames } from '#tests/support/given-names.ts';
import { platformGuards } from '#tests/support/platform-guards.ts';
import { routes, templateRules } from '#tests/support/template-rules.ts';

const DAY = 86_400;
const stages = ['dev', 'staging', 'prod', 'pr42'] as const;
type Stage = (typeof stages)[number];

const templates = {} as Record<Stage, Template>;

/** What is about where a stack is deployed from. */
const packager = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret-of-the-packager',
  AWS_SESSION_TOKEN: 'session-of-the-packager',
  NPM_TOKEN: 'npm-of-the-packager',
  GITHUB_TOKEN: 'github-of-the-packager',
};

beforeAll(async () => {
  templates.dev = await compiledTemplate();
  for (const stage of ['staging', 'prod'] as const) templates[stage] = await stageTemplate(stage);
  const { template, remove } = await compile('pr42', packager);
  templates.pr42 = template;
  await remove();
}, 120_000);

describe.each(stages)('The template of %s', (stage) => {
  test.each(Object.entries({ ...templateRules, ...accessControlRules, ...platformGuards }))(
    'keeps the rule %s',
    (_, rule) => {
      expect(rule(templates[stage])).toEqual([]);
    },
  );

  test('carries service and stage in every name that it gives', () => {
    const names = givenNames(templates[stage]);
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter(({ name }) => !name.includes(`orderstream-${stage}`))).toEqual([]);
  });

  test('carries the region too in every name that the regions of an account share', () => {
    const shared = givenNames(templates[stage]).filter(({ type }) =>
      /^AWS::(IAM|S3)::|^AWS::CloudWatch::Dashboard$/.test(type),
    );
    expect(shared.filter(({ name }) => !name.includes(exampleRegion))).toEqual([]);
  });

  test('is within what CloudFormation takes: 500 resources, 200 outputs, 1 MB', () => {
    const { Resources, Outputs = {} } = templates[stage];
    expect(Object.keys(Resources).length).toBeLessThan(500);
    expect(Object.keys(Outputs).length).toBeLessThan(200);
    expect(Buffer.byteLength(JSON.stringify(templates[stage]))).toBeLessThan(1024 ** 2);
  });

  test('has functions that log JSON, without a line of the system for what succeeds', () => {
    const logging = ofType(templates[stage], 'AWS::Lambda::Function').map(
      ({ Properties }) => Properties?.LoggingConfig,
    );
    expect(new Set(logging.map((config) => JSON.stringify(config)))).toEqual(
      new Set([JSON.stringify({ LogFormat: 'JSON', SystemLogLevel: 'WARN' })]),
    );
  });

  test('says where everything is', () => {
    const { Outputs = {}, Resources } = templates[stage];
    const said = JSON.stringify(Outputs);
    expect(Outputs).toHaveProperty('HttpApiUrl');
    const named = Object.entries(Resources).filter(([, { Type }]) =>
      /^AWS::(DynamoDB::Table|SNS::Topic|SQS::Queue)$/.test(Type),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.map(([id]) => id).filter((id) => !said.includes(`"${id}"`))).toEqual([]);
  });
});

test('Nothing of who packages it gets into the template', () => {
  const text = JSON.stringify(templates.pr42);
  expect(Object.values(packager).filter((value) => text.includes(value))).toEqual([]);
});

describe('What differs by stage', () => {
  const each = <Value>(read: (template: Template) => Value) =>
    Object.fromEntries(stages.map((stage) => [stage, read(templates[stage])]));

  test('a stage that stages.yml does not name is like dev, but for the name', () => {
    expect(comparable(templates.pr42).replaceAll('pr42', 'dev')).toBe(comparable(templates.dev));
  });

  test('the contract is on every stage, its page where people try things out', () => {
    const keys = each((template) =>
      ['/openapi.json', '/asyncapi.json', '/docs'].filter((path) =>
        routes(template).some(([, { RouteKey }]) => RouteKey === `GET ${path}`),
      ),
    );
    const documents = ['/openapi.json', '/asyncapi.json'];
    const all = [...documents, '/docs'];
    expect(keys).toEqual({ dev: all, pr42: all, staging: documents, prod: documents });
  });

  test('only prod keeps its tables whatever happens to the stack', () => {
    const kept = (template: Template) =>
      tables(template).map(({ DeletionPolicy, Properties }) => [
        DeletionPolicy,
        Properties?.DeletionProtectionEnabled,
      ]);
    const [free, safe] = [Array(3).fill(['Delete', false]), Array(3).fill(['Retain', true])];
    expect(each(kept)).toEqual({ dev: free, pr42: free, staging: free, prod: safe });
  });

  test('the events survive the loss of their place in the template on all of them', () => {
    const events = each(({ Resources }) => Resources.EventsTable?.UpdateReplacePolicy);
    expect(events).toEqual({ dev: 'Retain', pr42: 'Retain', staging: 'Retain', prod: 'Retain' });
  });

  test('staging and prod can go back to any second', () => {
    const recoverable = each((template) => [
      ...new Set(
        tables(template).map(({ Properties }) =>
          JSON.stringify(Properties?.PointInTimeRecoverySpecification),
        ),
      ),
    ]);
    const enabled = (is: boolean) => [JSON.stringify({ PointInTimeRecoveryEnabled: is })];
    expect(recoverable).toEqual({
      dev: enabled(false),
      pr42: enabled(false),
      staging: enabled(true),
      prod: enabled(true),
    });
  });

  test('prod has a key of its own, that rotates and stays', () => {
    const keys = each((template) => count(template, 'AWS::KMS::Key'));
    expect(keys).toEqual({ dev: 0, pr42: 0, staging: 0, prod: 1 });
    expect(templates.prod.Resources.DataKey).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { EnableKeyRotation: true },
    });
  });

  test('prod’s key works through its services, for deliveries of our topic and for alarms', () => {
    const { EventsTopic, DataKey } = templates.prod.Resources;
    const topicArn = `arn:\${AWS::Partition}:sns:\${AWS::Region}:\${AWS::AccountId}:${EventsTopic?.Properties?.TopicName}`;
    expect(DataKey?.Properties?.KeyPolicy).toMatchObject({
      Statement: [
        { Sid: 'AccountAdministers', Action: 'kms:*' },
        {
          Sid: 'ThroughTheServices',
          Condition: {
            StringEquals: {
              'kms:CallerAccount': { Ref: 'AWS::AccountId' },
              'kms:ViaService': ['dynamodb', 'sqs', 'sns', 'backup'].map((service) => ({
                'Fn::Sub': `${service}.\${AWS::Region}.amazonaws.com`,
              })),
            },
          },
        },
        {
          Sid: 'TopicDelivers',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnEquals: { 'aws:SourceArn': { 'Fn::Sub': topicArn } },
          },
        },
        {
          Sid: 'AlarmsPublish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: ['kms:GenerateDataKey*', 'kms:Decrypt'],
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        },
      ],
    });
  });

  test('prod’s events are backed up each month, for a year', () => {
    const plans = each((template) => count(template, 'AWS::Backup::BackupPlan'));
    expect(plans).toEqual({ dev: 0, pr42: 0, staging: 0, prod: 1 });
    const { BackupSelection, BackupPlan } = templates.prod.Resources;
    expect(BackupSelection?.Properties).toMatchObject({
      BackupSelection: { Resources: [{ 'Fn::GetAtt': ['EventsTable', 'Arn'] }] },
    });
    expect(BackupPlan?.Properties).toMatchObject({
      BackupPlan: { BackupPlanRule: [{ Lifecycle: { DeleteAfterDays: 365 } }] },
    });
  });

  test('logs are kept for 14, 30 and 365 days', () => {
    const days = each((template) => [
      ...new Set(
        ofType(template, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties?.RetentionInDays),
      ),
    ]);
    expect(days).toEqual({ dev: [14], pr42: [14], staging: [30], prod: [365] });
  });

  test('messages wait for 4, 4 and 7 days, dead letters for 14', () => {
    const waits = (pattern: RegExp) =>
      each((template) => [
        ...new Set(
          Object.entries(template.Resources)
            .filter(([id, { Type }]) => Type === 'AWS::SQS::Queue' && pattern.test(id))
            .map(([, { Properties }]) => Number(Properties?.MessageRetentionPeriod) / DAY),
        ),
      ]);
    expect(waits(/Queue$/)).toEqual({ dev: [4], pr42: [4], staging: [4], prod: [7] });
    expect(waits(/DeadLetters$|^PublisherFailures$/)).toEqual({
      dev: [14],
      pr42: [14],
      staging: [14],
      prod: [14],
    });
  });

  test('a backlog takes as many invocations as the stage allows, or the consumer', () => {
    const concurrency = each((template) => {
      const most = ofType(template, 'AWS::Lambda::EventSourceMapping')
        .map(({ Properties }) => Properties?.ScalingConfig as { MaximumConcurrency: number } | undefined)
        .map((scaling) => scaling?.MaximumConcurrency ?? 0);
      return Math.max(...most);
    });
    expect(concurrency).toEqual({ dev: 5, pr42: 5, staging: 10, prod: 50 });
  });

  test('the API takes 50, 100 and 500 requests a second, and twice as many in a burst', () => {
    const settings = each(({ Resources }) => {
      const settings: unknown = Resources.HttpApiStage?.Properties?.DefaultRouteSettings;
      const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = settings as Record<string, number>;
      return [rate, burst];
    });
    expect(settings).toEqual({ dev: [50, 100], pr42: [50, 100], staging: [100, 200], prod: [500, 1000] });
  });

  test('only dev lets a browser app call and sign in that nobody has named: the one on this machine', () => {
    const origins = each(({ Resources }) => {
      const { AllowOrigins = [] } = (Resources.HttpApi?.Properties?.CorsConfiguration ?? {}) as {
        AllowOrigins?: string[];
      };
      return [...AllowOrigins, Resources.PeopleClient?.Properties?.AllowedOAuthFlowsUserPoolClient];
    });
    const here = ['http://localhost:5173', true];
    expect(origins).toEqual({ dev: here, pr42: here, staging: [false], prod: [false] });
  });

  test('only prod’s people cannot be deleted', () => {
    const pools = each(({ Resources }) => [
      Resources.UserPool?.DeletionPolicy,
      Resources.UserPool?.Properties?.DeletionProtection,
    ]);
    const free = ['Delete', 'INACTIVE'];
    expect(pools).toEqual({ dev: free, pr42: free, staging: free, prod: ['Retain', 'ACTIVE'] });
  });

  test('staging and prod have clients for machines, which cost money', () => {
    const clients = each((template) => count(template, 'AWS::Cognito::UserPoolClient'));
    expect(clients).toEqual({ dev: 1, pr42: 1, staging: 3, prod: 3 });
  });

  test('only prod reserves invocations, and only for the publisher', () => {
    const reserved = each((template) =>
      ofType(template, 'AWS::Lambda::Function')
        .map(({ Properties }) => Properties?.ReservedConcurrentExecutions)
        .filter((value) => value !== undefined && JSON.stringify(value) !== '{"Ref":"AWS::NoValue"}'),
    );
    expect(reserved).toEqual({ dev: [], pr42: [], staging: [], prod: [50] });
  });
});

/** Without the time of packaging. */
const comparable = (template: Template): string =>
  JSON.stringify(template, null, 1).replaceAll(/"S3Key": ".*\//g, '"S3Key": "');

const ofType = (template: Template, type: string): Resource[] =>
  Object.values(template.Resources).filter(({ Type }) => Type === type);
const tables = (template: Template) => ofType(template, 'AWS::DynamoDB::Table');
const count = (template: Template, type: string) => ofType(template, type).length;
