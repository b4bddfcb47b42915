import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '#kit/aws/document-client.ts';
import { createIds } from '#kit/events/ids.ts';
import { createLogger } from '#kit/observability/logger.ts';
import { createMetrics, type Metrics } from '#kit/observability/metrics.ts';
import { createRedactor } from '#kit/observability/redaction.ts';
import type { Application } from './application.ts';
import { type KitSettings, MissingSetting, type Present, parseSettings } from './settings.ts';

/**
 * Everything of the outside world that a handler may touch. Handlers take it as an argument, so that a test
 * can put another clock, a faulty client or a fixed setting in its place. Clients are made on first use.
 */
export interface Runtime<Own extends object = object> {
  readonly application: Application;
  /** A setting of the deployment, parsed. Throws MissingSetting where it is not set. */
  setting<Name extends keyof Settings<Own>>(name: Name): Settings<Own>[Name];
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
  /** The text with pseudonyms in place of email addresses: for messages of errors, which reach logs. */
  redact(text: string): string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** By environment variable, the kit's and the application's own. */
type Settings<Own extends object> = KitSettings & Present<Own>;

export type RuntimeParts = Partial<Omit<Runtime, 'application' | 'setting' | 'newId' | 'redact'>> & {
  settings?: Readonly<Record<string, string | undefined>>;
};

/**
 * The runtime of a process; `parts` replaces single ones of it. The settings are checked here, so that a wrong one stops
 * the function at its cold start and not in the middle of a message. Throws InvalidSettings.
 */
export function createRuntime<Own extends object>(
  application: Application<Own>,
  parts: RuntimeParts = {},
): Runtime<Own> {
  const environment = parts.settings ?? process.env;
  const settings = parseSettings(application.settings, environment);
  const now = parts.now ?? Date.now;
  const redact = createRedactor(application.personalAggregates);
  const plain = {
    application,
    setting<Name extends keyof Settings<Own>>(name: Name) {
      const value = (settings as Partial<Settings<Own>>)[name];
      if (value === undefined) throw new MissingSetting(`the setting ${String(name)} is not set`);
      return value as Settings<Own>[Name];
    },
    now,
    newId: createIds(now, parts.random),
    random: parts.random ?? Math.random,
    sleep: parts.sleep ?? ((ms: number) => delay(ms).then(() => undefined)),
    redact,
  };
  return withLazy(plain, {
    dynamo: () => parts.dynamo ?? createDynamo(),
    sns: () => parts.sns ?? new SNSClient({}),
    sqs: () => parts.sqs ?? new SQSClient({}),
    logger: () => parts.logger ?? createLogger(application.name, environment, redact),
    metrics: () => parts.metrics ?? createMetrics(application, environment),
  });
}

const createDynamo = () => documentClient(new DynamoDBClient({}));

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
