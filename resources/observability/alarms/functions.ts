import { chunksOf } from '#kit/aws/chunks.ts';
import { lambdaMetric } from '#resources/observability/metrics.ts';
import type { MonitoredFunction } from '#resources/observability/parts.ts';
import { type Alarm, type Alarms, MINUTE } from './alarm.ts';

/** What one alarm may add up (CloudWatch user guide, "Create an alarm based on a metric math expression"). */
const METRICS_PER_ALARM = 10;

/** The page of the runbook (docs/operations), and the saved query, for functions of a kind. */
const entries: Record<string, string> = {
  commands: 'The API fails',
  queries: 'The API fails',
  publisher: 'The publisher was down',
  consumers: 'A consumer fails',
  projections: 'A consumer fails',
};

/**
 * Handlers catch failures and report them, so an error is a crash or a timeout: one is enough for the alarm. A short
 * throttle is retried, so throttles must last. Functions of a kind share their alarms, since a stack takes 500 resources; the API,
 * each queue and the stream have alarms of their own.
 */
export const functionAlarms = (functions: readonly MonitoredFunction[]): Alarms =>
  Object.assign({}, ...groupsOf(functions).flatMap((group) => [errorsOf(group), throttlesOf(group)]));

interface Group {
  /** `commands`; the second group of a kind is `commands-2`. */
  name: string;
  kind: string;
  members: MonitoredFunction[];
}

function groupsOf(functions: readonly MonitoredFunction[]): Group[] {
  return [...Map.groupBy(functions, ({ kind }) => kind)].flatMap(([kind, some]) =>
    chunksOf(some, METRICS_PER_ALARM).map((members, index) => ({
      name: index === 0 ? kind : `${kind}-${index + 1}`,
      kind,
      members,
    })),
  );
}

const errorsOf = ({ name, kind, members }: Group): Alarms => ({
  [`${idOf(name)}ErrorsAlarm`]: {
    name: `${name}-errors`,
    AlarmDescription: `One of ${namesOf(members)} crashed or timed out. See: ${entryOf(kind)}.`,
    ...sumOf(members, 'Errors'),
    Threshold: 0,
  },
});

const throttlesOf = ({ name, members }: Group): Alarms => ({
  [`${idOf(name)}ThrottlesAlarm`]: {
    name: `${name}-throttles`,
    AlarmDescription: `One of ${namesOf(members)} was throttled in two of three periods of five minutes: it, or the account, has too little concurrency.`,
    ...sumOf(members, 'Throttles'),
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 0,
  },
});

const sumOf = (members: readonly MonitoredFunction[], metric: string): Pick<Alarm, 'Metrics'> => ({
  Metrics: [
    { Id: 'sum', Expression: 'SUM(METRICS())', Label: metric, ReturnData: true },
    ...members.map(({ id }, index) => ({
      Id: `m${index + 1}`,
      MetricStat: { Metric: lambdaMetric(id, metric), Stat: 'Sum' as const, Period: 5 * MINUTE },
      ReturnData: false,
    })),
  ],
});

const entryOf = (kind: string): string => entries[kind] ?? 'its log group';

const namesOf = (members: readonly MonitoredFunction[]): string => members.map(({ name }) => name).join(', ');

/** `commands-2` → `Commands2Functions`. */
const idOf = (name: string): string =>
  `${name.charAt(0).toUpperCase()}${name.slice(1)}Functions`.replaceAll('-', '');
