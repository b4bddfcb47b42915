import type { Metrics } from '#kit/observability/metrics.ts';

/** Takes every metric, and writes none. */
export const noMetrics: Metrics = { count() {}, record() {}, flush() {} };
