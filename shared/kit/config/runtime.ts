import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createIds } from '#kit/events/ids.ts';
import { createLogger } from '#kit/observability/logger.ts';
import { createMetrics, type Metrics } from '#kit/observability/metrics.ts';

/**
 * Everything of the outside world that a handler may touch. Handlers take it as an argument, so that a test
 * can put another clock, a faulty client or a fixed setting in its place. Clients are made on first use.
 */
export interface Runtime {
  /** A setting of the deployment. Throws MissingSetting where it is not set. */
  setting(name: Setting): string;
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** ms since 1970. */
  now(): number;
  /** A UUIDv7 of `now`, growing within the process. */
  newId(): string;
  /** 0 ≤ n < 1. */
  random(): number;
  sleep(ms: number): Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The environment variables that serverless.yml sets; what each holds is said there. */
export type Setting =
  | 'EVENTS_TABLE'
  | 'READ_MODEL_TABLE'
  | 'IDEMPOTENCY_TABLE'
  | 'TOPIC_ARN'
  | 'SERVICE'
  | 'STAGE'
  | 'CONSUMER'
  | 'QUEUE_URL'
  | 'DEAD_LETTER_QUEUE_URL'
  | 'MAX_RECEIVE_COUNT'
  | 'RETRY_BASE_SECONDS'
  | 'CURRENCY'
  | 'HOME_COUNTRY'
  | 'HIGH_VALUE_THRESHOLD'
  | 'EMAIL_SENDER'
  | 'EMAIL_FROM'
  | 'CONSUMER_QUEUES'
  | 'PUBLISHER_FAILURES_URL'
  | 'SETTLE_SECONDS';

export class MissingSetting extends Error {
  override readonly name = 'MissingSetting';
}

export type RuntimeParts = Partial<Omit<Runtime, 'setting' | 'newId'>> & {
  settings?: Readonly<Record<string, string | undefined>>;
};

/** The runtime of a process; `parts` replaces single ones of it. */
export function createRuntime(parts: RuntimeParts = {}): Runtime {
  const settings = parts.settings ?? process.env;
  const now = parts.now ?? Date.now;
  const plain = {
    setting(name: Setting) {
      const value = settings[name];
      if (value === undefined || value === '') throw new MissingSetting(`the setting ${name} is not set`);
      return value;
    },
    now,
    newId: createIds(now, parts.random),
    random: parts.random ?? Math.random,
    sleep: parts.sleep ?? ((ms: number) => delay(ms).then(() => undefined)),
  };
  return withLazy(plain, {
    dynamo: () => parts.dynamo ?? createDynamo(),
    sns: () => parts.sns ?? new SNSClient({}),
    sqs: () => parts.sqs ?? new SQSClient({}),
    logger: () => parts.logger ?? createLogger(settings),
    metrics: () => parts.metrics ?? createMetrics(settings),
  });
}

const createDynamo = () =>
  DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions: { removeUndefinedValues: true } });

function withLazy<Plain extends object, Made extends object>(
  plain: Plain,
  makers: { [Name in keyof Made]: () => Made[Name] },
): Plain & Made {
  const target = plain as Plain & Made;
  for (const name of Object.keys(makers) as (keyof Made)[]) {
    let value: Made[typeof name] | undefined;
    Object.defineProperty(target, name, {
      enumerable: true,
      get() {
        value ??= makers[name]();
        return value;
      },
    });
  }
  return target;
}
