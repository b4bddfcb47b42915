import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { HopLog } from '#kit/observability/hops.ts';
import { createLogger } from '#kit/observability/logger.ts';
import { createMetrics, type Metrics } from '#kit/observability/metrics.ts';
import { createRedactor } from '#kit/observability/redaction.ts';
import type { ApplicationIdentity } from './application.ts';

/** What a handler needs that reads no event, no setting and no table: `health` and the documents load nothing else. */
export interface BaseRuntime {
  readonly application: ApplicationIdentity;
  /** ms since 1970. */
  now(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  sleep(ms: number): Promise<void>;
  /** The text with pseudonyms in place of email addresses: for messages of errors, which reach logs. */
  redact(text: string): string;
  readonly logger: Logger;
  /** By the setting HOP_LOG; `event` where it says nothing. */
  readonly hopLog: HopLog;
  readonly metrics: Metrics;
}

export type BaseParts = Partial<Omit<BaseRuntime, 'application' | 'redact'>> & {
  settings?: Readonly<Record<string, string | undefined>>;
};

/** The base of a process's runtime; `parts` replaces single ones of it. The logger and the metrics are made on first use. */
export function createBaseRuntime<Identity extends ApplicationIdentity>(
  application: Identity,
  parts: BaseParts = {},
): BaseRuntime & { readonly application: Identity } {
  const environment = parts.settings ?? process.env;
  const redact = createRedactor(application.personalAggregates);
  let { logger, metrics } = parts;
  return {
    application,
    now: parts.now ?? Date.now,
    random: parts.random ?? Math.random,
    sleep: parts.sleep ?? ((ms: number) => delay(ms).then(() => undefined)),
    redact,
    hopLog: parts.hopLog ?? (environment.HOP_LOG === 'batch' ? 'batch' : 'event'),
    get logger() {
      logger ??= createLogger(application.name, environment, redact);
      return logger;
    },
    get metrics() {
      metrics ??= createMetrics(application, environment);
      return metrics;
    },
  };
}
