import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient } from '#kit/aws/document-client.ts';
import type { Application } from '#kit/config/application.ts';
import { createRuntime, type Runtime, type RuntimeParts } from '#kit/config/runtime.ts';
import { dueKeysOf } from '#kit/event-store/due-keys.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { createTable } from '#resources/local/stack/tables.ts';
import { sharedEmulators, uniquePrefix } from './emulators.ts';
import { noMetrics } from './no-metrics.ts';
import { silentLogger } from './silent-logger.ts';

/** Two empty tables and nothing else of the stack: for tests of what lies directly on them. */
export interface Tables {
  dynamo: DynamoDBDocumentClient;
  /** A runtime whose `sleep` waits for nothing; `parts` replaces the rest. */
  runtime(parts?: RuntimeParts): Runtime;
  /** Puts these into the events table, whatever their versions. */
  store(events: readonly StoredEvent[]): Promise<void>;
  stop(): void;
}

const key = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' },
  { AttributeName: range, KeyType: 'RANGE' },
];

const index = (IndexName: string, hash: string, range: string, ProjectionType: string) => ({
  IndexName,
  KeySchema: key(hash, range),
  Projection: { ProjectionType },
});

const strings = (...names: string[]) => names.map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));

/** As resources/stack/tables.yml has it; a test holds them together. */
export const EVENTS = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    ...strings('streamId', 'typeDayShard', 'eventId', 'duePartition', 'dueKey'),
    { AttributeName: 'version', AttributeType: 'N' },
  ],
  KeySchema: key('streamId', 'version'),
  GlobalSecondaryIndexes: [
    index('by-type', 'typeDayShard', 'eventId', 'KEYS_ONLY'),
    index('by-due', 'duePartition', 'dueKey', 'KEYS_ONLY'),
  ],
};

/** The read model of a domain: its indexes by name, each with its partition key and its sort key. */
export const readModelTable = (whole: Indexes, keysOnly: Indexes = {}) => ({
  BillingMode: 'PAY_PER_REQUEST',
  // Indexes may share a key.
  AttributeDefinitions: strings(
    ...new Set(['pk', 'sk', ...[whole, keysOnly].flatMap((some) => Object.values(some).flat())]),
  ),
  KeySchema: key('pk', 'sk'),
  GlobalSecondaryIndexes: [
    ...Object.entries(keysOnly).map(([name, [hash, range]]) => index(name, hash, range, 'KEYS_ONLY')),
    ...Object.entries(whole).map(([name, [hash, range]]) => index(name, hash, range, 'ALL')),
  ],
});

/** Name → partition key and sort key. */
type Indexes = Readonly<Record<string, readonly [string, string]>>;

/** The tables of an application, its own settings besides those of the kit. */
export async function startTables<Own extends object>(
  application: Application<Own>,
  readModel: ReturnType<typeof readModelTable>,
  ownSettings: Readonly<Record<string, string>> = {},
): Promise<Tables> {
  const emulators = sharedEmulators();
  const prefix = uniquePrefix();
  const settings = {
    EVENTS_TABLE: `${prefix}events`,
    READ_MODEL_TABLE: `${prefix}read-model`,
    CONSUMER: 'test',
    MAX_RECEIVE_COUNT: '5',
    ...ownSettings,
  };
  const api = awsApi(emulators);
  await createTable(api, settings.EVENTS_TABLE, EVENTS, emulators.region);
  await createTable(api, settings.READ_MODEL_TABLE, readModel, emulators.region);
  const { registry } = application;
  // Of a type that nobody knows, nobody knows a deadline.
  const dueAtOf = (event: StoredEvent) =>
    registry.isEventType(event.eventType) ? registry.dueAt(event) : undefined;
  const itemOf = (event: StoredEvent) => toItem(event, undefined, dueKeysOf(event, dueAtOf(event)));
  const dynamo = documentClient(
    new DynamoDBClient({
      region: emulators.region,
      endpoint: emulators.dynamodb,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }),
  );
  return {
    dynamo,
    runtime: (parts = {}) =>
      createRuntime(application, {
        dynamo,
        sleep: async () => undefined,
        logger: silentLogger(),
        metrics: noMetrics,
        ...parts,
        settings: { ...settings, ...parts.settings },
      }),
    async store(events) {
      await Promise.all(
        events.map((event) =>
          dynamo.send(new PutCommand({ TableName: settings.EVENTS_TABLE, Item: itemOf(event) })),
        ),
      );
    },
    stop: () => dynamo.destroy(),
  };
}

/** An empty table of effects that happened once; answers its name, the setting IDEMPOTENCY_TABLE. */
export async function createIdempotencyTable(): Promise<string> {
  const emulators = sharedEmulators();
  const name = `${uniquePrefix()}idempotency`;
  const properties = {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: strings('id'),
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  };
  await createTable(awsApi(emulators), name, properties, emulators.region);
  return name;
}

/** A client that counts what goes through it by command, and runs `interfere` before each. */
export function watched(
  dynamo: Runtime['dynamo'],
  interfere: (command: string, count: number) => void | Promise<void> = () => undefined,
) {
  const counts: Record<string, number> = {};
  const send = async (command: object) => {
    const name = command.constructor.name;
    counts[name] = (counts[name] ?? 0) + 1;
    await interfere(name, counts[name]);
    return dynamo.send(command as never);
  };
  return { counts, dynamo: { send } as unknown as Runtime['dynamo'] };
}
