import { beforeAll, describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { Template } from '#resources/local/stack/template.ts';
import { alarmsOf, metricsOfAlarm } from '#tests/support/alarms.ts';
import { neverWritten } from '#tests/support/cloudwatch.ts';
import { compiledTemplate, stageTemplate } from '#tests/support/compiled-template.ts';
import { ofType } from '#tests/support/template-rules.ts';

const prod = {} as { template: Template };
beforeAll(async () => {
  prod.template = await stageTemplate('prod');
}, 60_000);

const functionIds = (template: Template) => ofType(template, 'AWS::Lambda::Function').map(([id]) => id);

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
      ...application.projections.map((name) => `orderstream-prod-${name}-lag`),
      ...['api-5xx', 'api-p99', 'events-missing'].map((name) => `orderstream-prod-${name}`),
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
