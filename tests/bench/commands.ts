import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { documentClient } from '#kit/aws/document-client.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { type CounterCommand, counterAggregate } from '#tests/support/counter/counter.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { startBenchEmulators } from './bench-emulators.ts';
import { ratioOf } from './measure.ts';
import type { Bench } from './types.ts';

/** The release of castore that is measured; installed into a temporary folder, and used by nothing else. */
const CASTORE = '2.4.2';
const LIVES = 60;
const INCREASES = 3;

/** What is used of castore. */
interface Castore {
  EventType: new (options: { type: string }) => unknown;
  EventStore: new (
    options: object,
  ) => {
    pushEvent(event: object, options?: object): Promise<unknown>;
    getAggregate(id: string): Promise<{ aggregate?: { version: number } }>;
  };
  DynamoDBSingleTableEventStorageAdapter: new (options: object) => unknown;
}

/** On the emulator that comes with npm install, or the engine that DYNAMODB_ENDPOINT names. */
export const commandsBench: Bench = {
  name: 'commands',
  description: 'commands, against castore without anything around it',
  notOnStage: 'it needs tables of its own, and its times are those of one process.',
  async run({ progress }) {
    progress('commands: installing castore into a temporary folder');
    const folder = await mkdtemp(join(tmpdir(), 'castore-'));
    const emulators = await startBenchEmulators();
    try {
      const castore = await install(folder);
      const { dynamodb, region } = emulators;
      const client = () => {
        const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
        return new DynamoDBClient({ region, endpoint: dynamodb, credentials });
      };
      await awsApi(emulators).dynamodb('CreateTable', castoreTable);
      const ours = counted(client());
      const theirs = counted(client());
      const data = await startCounters();
      const runtime = data.runtime({ dynamo: documentClient(ours.client) });
      const store = storeOf(castore, theirs.client);
      const sides = { ours: () => oursLife(runtime), theirs: () => theirLife(store) };
      await cpuOf(sides.ours);
      await cpuOf(sides.theirs);
      ours.reset();
      theirs.reset();
      progress('commands: in turn');
      const rounds = 60;
      const { ratio } = await ratioOf(
        () => cpuOf(sides.ours),
        () => cpuOf(sides.theirs),
        rounds,
      );
      data.stop();
      const commands = rounds * LIVES * (1 + INCREASES);
      const row = (name: string, { requests, units }: Counted, cpu: number) => [
        name,
        requests() / commands,
        units() / commands,
        cpu,
      ];
      return [
        {
          name: 'commands',
          title: `Commands, against castore ${CASTORE} bare`,
          head: ['', 'requests of a command', 'write units', 'CPU, by that of castore'],
          rows: [row('ours', ours, ratio), row('castore', theirs, 1)],
          chart: { column: 3, unit: '×' },
          notes: [
            'One command in four creates a stream. Ours validates events and recognises repeats; castore bare does neither, and has no index of types.',
          ],
        },
      ];
    } finally {
      await emulators.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function install(folder: string): Promise<Castore> {
  await writeFile(join(folder, 'package.json'), '{"private":true}');
  const packages = [`@castore/core@${CASTORE}`, `@castore/event-storage-adapter-dynamodb@${CASTORE}`];
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    cwd: folder,
  });
  const load = createRequire(join(folder, 'package.json'));
  return { ...load('@castore/core'), ...load('@castore/event-storage-adapter-dynamodb') };
}

const castoreTable = {
  TableName: 'castore',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'aggregateId', AttributeType: 'S' },
    { AttributeName: 'version', AttributeType: 'N' },
    { AttributeName: 'eventStoreId', AttributeType: 'S' },
    { AttributeName: 'timestamp', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'aggregateId', KeyType: 'HASH' },
    { AttributeName: 'version', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'initialEvents',
      KeySchema: [
        { AttributeName: 'eventStoreId', KeyType: 'HASH' },
        { AttributeName: 'timestamp', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
};

const STARTED = {
  keeperId: 'ada',
  name: 'Visitors',
  marks: [{ at: 5, label: 'half' }],
  limit: 1_000,
  unit: 'people',
};

function storeOf(castore: Castore, dynamoDBClient: DynamoDBClient) {
  const { EventType, EventStore, DynamoDBSingleTableEventStorageAdapter: Adapter } = castore;
  return new EventStore({
    eventStoreId: 'COUNTERS',
    eventTypes: ['CounterStarted', 'CounterIncreased'].map((type) => new EventType({ type })),
    reducer: (
      before: { total: number } | undefined,
      event: { aggregateId: string; version: number; payload: { by?: number } },
    ) => ({
      aggregateId: event.aggregateId,
      version: event.version,
      total: (before?.total ?? 0) + (event.payload.by ?? 0),
    }),
    eventStorageAdapter: new Adapter({ tableName: 'castore', dynamoDBClient }),
  });
}

async function theirLife(store: ReturnType<typeof storeOf>): Promise<void> {
  const aggregateId = randomUUID();
  await store.pushEvent({ aggregateId, version: 1, type: 'CounterStarted', payload: STARTED });
  for (let index = 0; index < INCREASES; index++) {
    const { aggregate } = await store.getAggregate(aggregateId);
    const version = (aggregate?.version ?? 0) + 1;
    await store.pushEvent({ aggregateId, version, type: 'CounterIncreased', payload: { by: 2 } });
  }
}

async function oursLife(runtime: Parameters<typeof handleCommand>[0]): Promise<void> {
  const aggregateId = randomUUID();
  const run = (command: CounterCommand, creates = false) => {
    const metadata = {
      userId: 'ada',
      correlationId: 'c',
      causationId: 'r',
      commandId: randomUUID(),
      commandHash: 'h',
    };
    return handleCommand(runtime, counterAggregate, { aggregateId, command, metadata, creates });
  };
  await run({ type: 'start', keeperId: 'ada', limit: 1_000 }, true);
  for (let index = 0; index < INCREASES; index++) await run({ type: 'increase', by: 2 });
}

/** ms of CPU of this process; lives go on side by side, as requests of a busy function's neighbours do. */
async function cpuOf(life: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: LIVES }, life));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

interface Counted {
  client: DynamoDBClient;
  requests(): number;
  /** Of writes, indexes included, as the engine says. */
  units(): number;
  reset(): void;
}

function counted(client: DynamoDBClient): Counted {
  let requests = 0;
  let units = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      requests++;
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const answer = await next(args);
      const { ConsumedCapacity } = answer.output as { ConsumedCapacity?: { CapacityUnits?: number } };
      if ('Item' in args.input) units += ConsumedCapacity?.CapacityUnits ?? Number.NaN;
      return answer;
    },
    { step: 'initialize', priority: 'low', name: 'count' },
  );
  return {
    client,
    requests: () => requests,
    units: () => units,
    reset() {
      requests = 0;
      units = 0;
    },
  };
}
