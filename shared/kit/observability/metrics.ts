import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Application } from '#kit/config/application.ts';

type Unit = 'Count' | 'Milliseconds' | 'Seconds';

export type MetricDimension = 'consumer' | 'projection' | 'eventType';

/**
 * Every metric there is: its unit, and by what it is told apart besides service and stage. Dashboards, alarms and
 * bills know these names. CloudWatch bills each value of a dimension as a metric of its own: no id may become one.
 * What AWS counts already (requests, messages published and deleted, writes, ages) has none: a line at each invocation costs more than
 * what it tells.
 */
export const metricDefinitions = {
  /** Commands that a rule of the domain, `If-Match` or a reused key refused. */
  CommandsRejected: { unit: 'Count' },
  /** Commands that came again and were answered as the first time. */
  CommandsRepeated: { unit: 'Count' },
  /** Lost races: each is decided anew, up to eight times. */
  CommandConflicts: { unit: 'Count' },
  /** Messages that the topic did not take; they are tried again. */
  PublishFailures: { unit: 'Count' },
  /** Events that can never be published as they are (too large, no JSON): the publisher passed over them. */
  EventsRefused: { unit: 'Count' },
  /** Events that somebody changed or deleted in the events table. */
  EventsAltered: { unit: 'Count' },
  MessagesRetried: { unit: 'Count', dimension: 'consumer' },
  DeadLetters: { unit: 'Count', dimension: 'consumer' },
  /** How far a projection is behind the events table, as `audit` finds it. */
  ProjectionLagSeconds: { unit: 'Seconds', dimension: 'projection' },
  /** Streams whose view is at a lower version than the stream, as `audit` finds them. */
  StreamsBehind: { unit: 'Count', dimension: 'projection' },
  /** Streams that `audit` looked at. */
  StreamsAudited: { unit: 'Count' },
  /** Events that a consumer, projection or not, has not had, as `audit` finds them. */
  EventsMissing: { unit: 'Count' },
  /** Messages that `audit` sent for what was missing. */
  EventsRedelivered: { unit: 'Count' },
  /** Messages that the tick sent for events that fall due, repeats among them. */
  DeadlinesSent: { unit: 'Count' },
  /** Age of the oldest event that may be due and unsent, as each tick leaves it. */
  DeadlinesOverdueSeconds: { unit: 'Seconds' },
  /** From an event's due time until its deadline was handled. */
  DeadlineLag: { unit: 'Milliseconds' },
  /** Events that deadlines led to, by their type; one that comes again after a failure counts again. */
  DeadlineEvents: { unit: 'Count', dimension: 'eventType' },
} as const satisfies Record<string, { unit: Unit; dimension?: MetricDimension }>;

export type MetricName = keyof typeof metricDefinitions;

export interface Metrics {
  /** Adds to a counter of this invocation. */
  count(name: MetricName, value?: number): void;
  /**
   * Adds a measurement, in the metric's unit. `of` is the value of the metric's own dimension; that of a consumer is
   * known and can be left out.
   */
  record(name: MetricName, value: number, of?: string): void;
  /** Writes the invocation's metrics as lines of Embedded Metric Format; call once, at its end. */
  flush(): void;
}

/** CloudWatch metrics by way of the log: no call to AWS. `POWERTOOLS_METRICS_DISABLED=true` turns them off. */
export function createMetrics(
  { name: service, metricNamespace: namespace }: Pick<Application, 'name' | 'metricNamespace'>,
  settings: Readonly<Record<string, string | undefined>>,
): Metrics {
  const { SERVICE: serviceName = service, STAGE: stage = 'local', CONSUMER = 'none' } = settings;
  // A line of EMF has one set of dimensions, so there is one writer for each.
  const writers = new Map<string, PowertoolsMetrics>();

  function writerOf(name: MetricName, of: string): PowertoolsMetrics {
    const definition = metricDefinitions[name];
    const own: Record<string, string> = 'dimension' in definition ? { [definition.dimension]: of } : {};
    const key = JSON.stringify(own);
    let writer = writers.get(key);
    if (!writer) {
      const defaultDimensions = { stage, ...own };
      writer = new PowertoolsMetrics({ namespace, serviceName, defaultDimensions });
      writers.set(key, writer);
    }
    return writer;
  }

  const record = (name: MetricName, value: number, of = CONSUMER) => {
    writerOf(name, of).addMetric(name, metricDefinitions[name].unit, value);
  };
  return {
    count: (name, value = 1) => record(name, value),
    record,
    flush: () => {
      for (const writer of writers.values()) {
        // Publishing nothing would be a warning a request.
        if (writer.hasStoredMetrics()) writer.publishStoredMetrics();
      }
    },
  };
}
