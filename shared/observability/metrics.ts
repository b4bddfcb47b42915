import { Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';

export type MetricName =
  | 'EventsAppended'
  | 'CommandConflicts'
  | 'EventsPublished'
  | 'PublishFailures'
  | 'MessagesHandled'
  | 'MessagesRetried'
  | 'DeadLetters';

export interface Metrics {
  /** Adds to a counter of this invocation. */
  count(name: MetricName, value?: number): void;
  /** Writes the invocation's counters as one line of Embedded Metric Format; call once, at its end. */
  flush(): void;
}

/** CloudWatch metrics by way of the log: no call to AWS. `POWERTOOLS_METRICS_DISABLED=true` turns them off. */
export function createMetrics(settings: Readonly<Record<string, string | undefined>>): Metrics {
  const metrics = new PowertoolsMetrics({
    namespace: 'Orderstream',
    serviceName: settings.CONSUMER ?? settings.AWS_LAMBDA_FUNCTION_NAME ?? 'orderstream',
  });
  return {
    count: (name, value = 1) => metrics.addMetric(name, 'Count', value),
    // Publishing nothing would be a warning a request.
    flush: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
