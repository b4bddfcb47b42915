import type { Dimension, Metric } from '#resources/observability/metrics.ts';

export const MINUTE = 60;

/** An alarm on one metric, or on an expression over several. What it leaves out is the same for all (index.ts). */
export interface Alarm {
  /** Follows the stack's name in the name of the alarm: `api-5xx`. */
  name: string;
  /** What has happened, and `See:` the page of the runbook (docs/operations). */
  AlarmDescription: string;
  Namespace?: string;
  MetricName?: string;
  Dimensions?: Dimension[];
  Metrics?: MetricQuery[];
  Statistic?: 'Sum' | 'Maximum';
  ExtendedStatistic?: `p${number}`;
  EvaluateLowSampleCountPercentile?: 'ignore';
  /** Seconds. */
  Period?: number;
  EvaluationPeriods?: number;
  DatapointsToAlarm?: number;
  /** The alarm goes off above it. */
  Threshold: number;
  TreatMissingData?: 'notBreaching' | 'breaching';
}

export interface MetricQuery {
  Id: string;
  ReturnData: boolean;
  Label?: string;
  Expression?: string;
  MetricStat?: { Metric: Metric; Stat: 'Sum' | 'SampleCount'; Period: number };
}

/** Alarms by their logical ids. */
export type Alarms = Record<string, Alarm>;
