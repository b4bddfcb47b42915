import type { Metrics } from '../../shared/observability/metrics.ts';

/** Takes every metric, and writes none. */
export const noMetrics: Metrics = { count() {}, record() {}, flush() {} };
