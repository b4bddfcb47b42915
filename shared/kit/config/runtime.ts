import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createIds } from '#kit/events/ids.ts';
import type { Application } from './application.ts';
import { type BaseParts, type BaseRuntime, createBaseRuntime } from './base-runtime.ts';
import { type KitSettings, MissingSetting, type Present, parseSettings } from './settings.ts';

/**
 * Everything of the outside world that a handler may touch. Handlers take it as an argument, so that a test
 * can put another clock, a faulty client or a fixed setting in its place.
 */
export interface Runtime<Own extends object = object> extends BaseRuntime {
  readonly application: Application;
  /** A setting of the deployment, parsed. Throws MissingSetting where it is not set. */
  setting<Name extends keyof Settings<Own>>(name: Name): Settings<Own>[Name];
  readonly dynamo: Pick<DynamoDBDocumentClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  /** A UUIDv7 of `now`, growing within the process. */
  newId(): string;
}

/** By environment variable, the kit's and the application's own. */
type Settings<Own extends object> = KitSettings & Present<Own>;

type Clients = Pick<Runtime, 'dynamo' | 'sns' | 'sqs'>;

export type RuntimeParts = BaseParts & Partial<Clients>;

/** A function calls a service whose client it was not given. */
export class MissingClient extends Error {
  override readonly name = 'MissingClient';
}

/**
 * The runtime of a process: with the clients that the function uses (kit/aws/clients.ts), so that its bundle holds no other. The settings are
 * checked here, so that a wrong one stops the function at its cold start and not in the middle of a message. Throws InvalidSettings.
 *
 * @param parts the clients, and what a test replaces
 */
export function createRuntime<Own extends object>(
  application: Application<Own>,
  parts: RuntimeParts = {},
): Runtime<Own> {
  const settings = parseSettings(application.settings, parts.settings ?? process.env);
  const base = createBaseRuntime<Application<Own>>(application, parts);
  const own: Omit<Runtime<Own>, keyof BaseRuntime> = {
    setting<Name extends keyof Settings<Own>>(name: Name) {
      const value = (settings as Partial<Settings<Own>>)[name];
      if (value === undefined) throw new MissingSetting(`the setting ${String(name)} is not set`);
      return value as Settings<Own>[Name];
    },
    newId: createIds(base.now, parts.random),
    dynamo: parts.dynamo ?? missing('dynamo'),
    sns: parts.sns ?? missing('sns'),
    sqs: parts.sqs ?? missing('sqs'),
  };
  // Not spread: the getters of the base make their parts on first use.
  return Object.assign(base, own) as Runtime<Own>;
}

const missing = (name: keyof Clients) => ({
  send(): never {
    throw new MissingClient(`createRuntime was given no client ${name} (kit/aws/clients.ts)`);
  },
});
