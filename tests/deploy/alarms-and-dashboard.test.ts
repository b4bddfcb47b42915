import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { application } from '#application';
import * as unreadableEvents from '#kit/events/unreadable-event.ts';
import { metricDefinitions } from '#kit/observability/metrics.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { type NamedMetric, neverWritten, partOf } from '#tests/support/cloudwatch.ts';
import { compile, compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { type DashboardBody, dashboardBody } from '#tests/support/dashboard-schema.ts';
import { root } from '#tests/support/scripts.ts';

interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: unknown }[];
  Metrics?: {
    Id: string;
    Expression?: string;
    ReturnData: boolean;
    MetricStat?: { Metric: Required<Pick<Alarm, 'Namespace' | 'MetricName' | 'Dimensions'>>; Period: number };
  }[];
  Statistic?: string;
  ExtendedStatistic?: string;
  Period?: number;
  EvaluationPeriods: number;
  DatapointsToAlarm?: number;
  Threshold: number;
  TreatMissingData: string;
  AlarmActions: unknown[];
  OKActions: unknown[];
}

const prod = {} as { template: Template };
beforeAll(async () => {
  prod.template = await stageTemplate('prod');
}, 60_000);

const ofType = <Properties>(template: Template, type: string): [string, Properties][] =>
  Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties }]) => [id, Properties as Properties]);

const alarmsOf = (template: Template) =>
  ofType<Alarm>(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);

const functionIds = (template: Template) => ofType(template, 'AWS::Lambda::Function').map(([id]) => id);

function bodyOf(template: Template): DashboardBody {
  const [, { DashboardBody: body }] = ofType<{ DashboardBody: { 'Fn::Sub': string } }>(
    template,
    'AWS::CloudWatch::Dashboard',
  )[0] ?? ['', { DashboardBody: { 'Fn::Sub': '' } }];
  return JSON.parse(body['Fn::Sub']);
}

const named = ({
  Namespace,
  MetricName,
  Dimensions,
}: Pick<Alarm, 'Namespace' | 'MetricName' | 'Dimensions'>): NamedMetric => ({
  namespace: Namespace ?? '',
  name: MetricName ?? '',
  dimensions: Object.fromEntries((Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
});

const metricsOfAlarm = (alarm: Alarm): NamedMetric[] =>
  alarm.Metrics
    ? alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat ? [named(MetricStat.Metric)] : []))
    : [named(alarm)];

const metricsOfDashboard = ({ widgets }: DashboardBody): NamedMetric[] =>
  widgets.flatMap((widget) => {
    if (widget.type !== 'metric') return [];
    return widget.properties.metrics.map((parts) => {
      const [namespace = '', name = '', ...pairs] = parts.slice(0, -1) as string[];
      const dimensions: Record<string, string> = {};
      for (let at = 0; at < pairs.length; at += 2) dimensions[pairs[at] ?? ''] = pairs[at + 1] ?? '';
      return { namespace, name, dimensions };
    });
  });

describe('The alarms', () => {
  test('exist for every queue, its dead letters, every function, the publisher, the API and every projection', () => {
    const { template } = prod;
    const names = alarmsOf(template).map(({ AlarmName }) => AlarmName);
    const consumers = ofType<{ Environment: { Variables: { CONSUMER?: string } } }>(
      template,
      'AWS::Lambda::Function',
    )
      .map(([, { Environment }]) => Environment.Variables.CONSUMER)
      .filter((name) => name !== undefined);
    expect(consumers.length).toBeGreaterThanOrEqual(8);
    const wanted = [
      ...consumers.flatMap((name) => [
        `orderstream-prod-${name}-dead-letters`,
        `orderstream-prod-${name}-age`,
      ]),
      ...[
        'order-view-lag',
        'catalogue-view-lag',
        'stock-view-lag',
        'api-5xx',
        'api-p99',
        'events-missing',
      ].map((name) => `orderstream-prod-${name}`),
      ...['iterator-age', 'silent', 'failures'].map((name) => `orderstream-prod-publisher-${name}`),
    ];
    expect(names.filter((name) => wanted.includes(name)).sort()).toEqual(wanted.sort());
    for (const metric of ['Errors', 'Throttles']) {
      const watched = alarmsOf(template)
        .flatMap(metricsOfAlarm)
        .filter(({ name }) => name === metric)
        .map(({ dimensions }) => JSON.stringify(dimensions.FunctionName));
      expect(watched.sort()).toEqual(
        functionIds(template)
          .map((Ref) => JSON.stringify({ Ref }))
          .sort(),
      );
    }
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !name.startsWith('orderstream-prod-'))).toEqual([]);
  });

  test('use only metrics that are written', () => {
    const { template } = prod;
    expect(
      alarmsOf(template)
        .flatMap(metricsOfAlarm)
        .flatMap((metric) => neverWritten(template, metric)),
    ).toEqual([]);
  });

  test('are such as CloudWatch takes', () => {
    for (const alarm of alarmsOf(prod.template)) {
      const { Statistic, ExtendedStatistic, Metrics, Period, EvaluationPeriods, DatapointsToAlarm } = alarm;
      expect([Statistic, ExtendedStatistic, Metrics].filter(Boolean)).toHaveLength(1);
      // With metrics of its own kind each brings its period.
      expect(Metrics === undefined).toBe(Period !== undefined);
      if (Metrics) expect(Metrics.filter(({ ReturnData }) => ReturnData)).toHaveLength(1);
      const period = Period ?? Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0;
      expect(period % 60).toBe(0);
      expect(period * EvaluationPeriods).toBeLessThanOrEqual(86_400);
      expect(DatapointsToAlarm ?? 1).toBeLessThanOrEqual(EvaluationPeriods);
      expect(alarm.AlarmDescription.length).toBeLessThanOrEqual(1_024);
    }
  });

  test('treat missing data as a failure only for metrics that are written all the time', () => {
    const breaching = alarmsOf(prod.template).filter(
      ({ TreatMissingData }) => TreatMissingData !== 'notBreaching',
    );
    expect(breaching.map(({ MetricName }) => MetricName).sort()).toEqual([
      'DeadlinesOverdueSeconds',
      ...application.projections.map(() => 'ProjectionLagSeconds'),
    ]);
  });

  test('name only saved queries that exist', () => {
    const { template } = prod;
    const queries = ofType<{ Name: string }>(template, 'AWS::Logs::QueryDefinition').map(
      ([, { Name }]) => Name,
    );
    const said = alarmsOf(template).flatMap(({ AlarmDescription }) =>
      (/See: (.*)\.$/.exec(AlarmDescription)?.[1] ?? '')
        .split('; ')
        .filter((name) => name && name !== 'its log group'),
    );
    expect(new Set(said).size).toBeGreaterThan(3);
    expect(said.filter((name) => !queries.includes(`orderstream-prod/${name}`))).toEqual([]);
  });

  test('go to a topic to which only alarms of this account may publish, and only over TLS', () => {
    const { template } = prod;
    for (const { AlarmActions, OKActions } of alarmsOf(template)) {
      expect([AlarmActions, OKActions]).toEqual([[{ Ref: 'AlarmsTopic' }], [{ Ref: 'AlarmsTopic' }]]);
    }
    const policy = template.Resources.AlarmsTopicPolicy?.Properties?.PolicyDocument as {
      Statement: { Effect: string; Principal: unknown; Condition: unknown }[];
    };
    expect(policy.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ]);
  });

  test('do not exist in dev, where they would cost money', async () => {
    const dev = await compiledTemplate();
    expect(alarmsOf(dev)).toEqual([]);
    expect(dev.Resources.AlarmsTopic).toBeUndefined();
  });
});

describe.each(['dev', 'prod'])('The dashboard of %s', (stage) => {
  const templateOf = async () => (stage === 'dev' ? compiledTemplate() : prod.template);

  test('is such as CloudWatch takes', async () => {
    const body = bodyOf(await templateOf());
    expect(dashboardBody.safeParse(body).error?.issues ?? []).toEqual([]);
    expect(body.widgets.length).toBeGreaterThan(30);
  });

  test('lays every widget within 24 columns, none over another', async () => {
    const taken = new Map<string, number>();
    const clashes: string[] = [];
    for (const [index, { x, y, width, height }] of bodyOf(await templateOf()).widgets.entries()) {
      if (x + width > 24) clashes.push(`widget ${index} ends at column ${x + width}`);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          const other = taken.get(`${column},${row}`);
          if (other !== undefined) clashes.push(`widgets ${other} and ${index} overlap at ${column},${row}`);
          taken.set(`${column},${row}`, index);
        }
      }
    }
    expect(clashes).toEqual([]);
  });

  test('shows the path from left to right', async () => {
    const { widgets } = bodyOf(await templateOf());
    const titles = widgets.flatMap((widget) => (widget.type === 'text' ? [widget] : []));
    expect(titles.sort((a, b) => a.x - b.x).map(({ properties }) => properties.markdown)).toEqual([
      '**API** →',
      '**Commands** →',
      '**Events table** →',
      '**Publisher** →',
      '**Topic** →',
      '**Queues** →',
      '**Consumers** →',
      '**Read model**',
    ]);
  });

  test('shows only metrics that are written, and all alarms', async () => {
    const template = await templateOf();
    const body = bodyOf(template);
    expect(metricsOfDashboard(body).flatMap((metric) => neverWritten(template, metric))).toEqual([]);
    const shown = body.widgets.flatMap((widget) => (widget.type === 'alarm' ? widget.properties.alarms : []));
    const there = ofType(template, 'AWS::CloudWatch::Alarm').map(([id]) => id);
    expect(shown.map(partOf).sort()).toEqual(there.sort());
  });
});

test('Every metric of ours is written by our code and shown on the dashboard', async () => {
  const shown = new Set(metricsOfDashboard(bodyOf(prod.template)).map(({ name }) => name));
  const sources: string[] = [];
  for await (const file of glob('{functions,shared}/**/*.ts', { cwd: root })) {
    if (!file.endsWith('observability/metrics.ts')) sources.push(await readFile(join(root, file), 'utf8'));
  }
  const code = sources.join('\n');
  const names = Object.keys(metricDefinitions);
  expect(names.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
  expect(names.filter((name) => !shown.has(name))).toEqual([]);
});

describe('The check of metrics', () => {
  const lambda = {
    namespace: 'AWS/Lambda',
    name: 'Errors',
    dimensions: { FunctionName: { Ref: 'SalesLambdaFunction' } },
  };
  const ours = {
    namespace: 'Orderstream',
    name: 'MessagesRetried',
    dimensions: { service: 'orderstream', stage: 'prod', consumer: 'sales' },
  };

  test('takes what is right', () => {
    expect([lambda, ours].flatMap((metric) => neverWritten(prod.template, metric))).toEqual([]);
  });

  test.each<[string, NamedMetric]>([
    ['a name that AWS does not write', { ...lambda, name: 'Error' }],
    ['a dimension too many', { ...lambda, dimensions: { ...lambda.dimensions, Stage: 'prod' } }],
    ['a resource of another kind', { ...lambda, dimensions: { FunctionName: { Ref: 'SalesQueue' } } }],
    [
      'a resource that is not there',
      { ...lambda, dimensions: { FunctionName: { Ref: 'SaleLambdaFunction' } } },
    ],
    ['a name that we do not write', { ...ours, name: 'MessagesRetrieds' }],
    ['a dimension too few', { ...ours, dimensions: { service: 'orderstream', stage: 'prod' } }],
    ['another stage', { ...ours, dimensions: { ...ours.dimensions, stage: 'dev' } }],
    ['a consumer that there is not', { ...ours, dimensions: { ...ours.dimensions, consumer: 'salez' } }],
  ])('refuses %s', (_, metric) => {
    expect(neverWritten(prod.template, metric)).toHaveLength(1);
  });
});

describe('Saved queries', () => {
  test('search log groups of the stack', () => {
    const { template } = prod;
    const queries = ofType<{ LogGroupNames: unknown[] }>(template, 'AWS::Logs::QueryDefinition');
    expect(queries.length).toBeGreaterThanOrEqual(5);
    for (const [, { LogGroupNames }] of queries) {
      const types = LogGroupNames.map((group) => template.Resources[partOf(group) ?? '']?.Type);
      expect(types.length).toBeGreaterThan(0);
      expect(types.length).toBeLessThanOrEqual(50);
      expect(new Set(types)).toEqual(new Set(['AWS::Logs::LogGroup']));
    }
  });

  test('of poison messages know every error that makes one', () => {
    const { QueryString } = prod.template.Resources.APoisonMessageQuery?.Properties ?? {};
    // The two that others derive from are thrown by nobody.
    const abstract = ['UnreadableEvent', 'NewerEvent'];
    const kinds = Object.keys(unreadableEvents).filter((name) => !abstract.includes(name));
    expect(kinds.length).toBeGreaterThan(4);
    expect(kinds.filter((name) => !String(QueryString).includes(`"${name}"`))).toEqual([]);
  });

  test('of one correlation id search every function, and the log of the gateway', () => {
    const { template } = prod;
    const groups = Object.entries(template.Resources)
      .filter(([id]) => /^EverythingOfOneCorrelationIdQuery\d*$/.test(id))
      .flatMap(([, { Properties }]) => Properties?.LogGroupNames as unknown[]);
    expect(groups.map(partOf).sort()).toEqual(
      ofType(template, 'AWS::Logs::LogGroup')
        .map(([id]) => id)
        .sort(),
    );
  });
});

describe('Traces', () => {
  const traced = {} as { template: Template };
  beforeAll(async () => {
    const { template, remove } = await compile('prod', { TRACING: 'every-function' });
    await remove();
    traced.template = template;
  }, 60_000);
  const functionsIn = (template: Template) =>
    ofType<{ TracingConfig?: object; Role: unknown }>(template, 'AWS::Lambda::Function').map(
      ([, { TracingConfig, Role }]) => ({
        TracingConfig,
        role: JSON.stringify(template.Resources[partOf(Role) ?? '']),
      }),
    );

  test('are recorded nowhere by default, and no role may write them', () => {
    const { template } = prod;
    for (const { TracingConfig, role } of functionsIn(template)) {
      expect(TracingConfig).toBeUndefined();
      expect(role).not.toContain('xray:');
    }
    expect(template.Resources.EventsTopic?.Properties?.TracingConfig).toBe('PassThrough');
    expect(ofType(template, 'AWS::XRay::ResourcePolicy')).toEqual([]);
  });

  test('begin in every function where a stage wants them, and its role may write them', () => {
    for (const { TracingConfig, role } of functionsIn(traced.template)) {
      expect(TracingConfig).toEqual({ Mode: 'Active' });
      expect(role).toContain('xray:PutTraceSegments');
    }
  });

  test('go on through the topic, which X-Ray lets write', () => {
    const { template } = traced;
    expect(template.Resources.EventsTopic?.Properties?.TracingConfig).toBe('Active');
    const policy = template.Resources.TopicTracing?.Properties?.PolicyDocument as { 'Fn::Sub': string };
    const { Statement } = JSON.parse(policy['Fn::Sub']);
    expect(Statement).toEqual([
      expect.objectContaining({
        Principal: { Service: 'sns.amazonaws.com' },
        Condition: {
          StringEquals: { 'aws:SourceAccount': '$' + '{AWS::AccountId}' },
          StringLike: { 'aws:SourceArn': '$' + '{EventsTopic}' },
        },
      }),
    ]);
  });
});
