import type { Template } from '#resources/local/stack/template.ts';
import type { NamedMetric } from '#tests/support/cloudwatch.ts';
import { ofType } from '#tests/support/template-rules.ts';

/** An `AWS::CloudWatch::Alarm`'s properties. */
export interface Alarm {
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

export const alarmsOf = (template: Template) =>
  ofType<Alarm>(template, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm);

const named = ({
  Namespace,
  MetricName,
  Dimensions,
}: Pick<Alarm, 'Namespace' | 'MetricName' | 'Dimensions'>): NamedMetric => ({
  namespace: Namespace ?? '',
  name: MetricName ?? '',
  dimensions: Object.fromEntries((Dimensions ?? []).map(({ Name, Value }) => [Name, Value])),
});

export const metricsOfAlarm = (alarm: Alarm): NamedMetric[] =>
  alarm.Metrics
    ? alarm.Metrics.flatMap(({ MetricStat }) => (MetricStat ? [named(MetricStat.Metric)] : []))
    : [named(alarm)];
