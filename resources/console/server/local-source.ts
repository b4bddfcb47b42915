import { unmarshall } from '#kit/aws/unmarshall.ts';
import {
  BY_TYPE_SHARDS,
  byTypePartition,
  dayOf,
  type EventItem,
  fromItem,
} from '#kit/event-store/event-item.ts';
import type { EventRegistry } from '#kit/events/registry.ts';
import { generationsKey, keyInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { createToken } from '#resources/cli/jwt.ts';
import type { InvokeByName } from '#resources/cli/ops/invokers.ts';
import { type AwsApi, awsApi } from '#resources/local/emulators/aws-api.ts';
import type { Run } from '#resources/local/run-file.ts';
import type { FoundStream, Graph, QueueNumbers, ShownEvent } from '../protocol.ts';
import { askApi } from './ask-api.ts';
import type { Faults, Source } from './source.ts';

type Item = Record<string, unknown>;

export interface LocalSourceOptions {
  run: Run;
  graph: Graph;
  registry: EventRegistry;
  projections: readonly Projection[];
  invoke: InvokeByName;
  faults: Faults;
}

const PAGE = 50;
const DAY_MS = 86_400_000;

/** The local run: its functions by the Lambda endpoint, its API by HTTP, its tables and queues in the emulators. */
export function localSource({
  run,
  graph,
  registry,
  projections,
  invoke,
  faults,
}: LocalSourceOptions): Source {
  const api = awsApi(run.emulators);
  const streamed = Object.values(run.tables).find(({ streamArn }) => streamArn)?.name ?? '';
  const tableOf = (variable: string) => functionEnvironment(run, variable);

  const shown = (item: Item): ShownEvent => {
    const event = fromItem(item as unknown as EventItem);
    try {
      return registry.upcast(event) as ShownEvent;
    } catch {
      // What no schema knows is shown as it lies there.
      return event as ShownEvent;
    }
  };

  return {
    stage: run.stage,
    isLocal: true,
    httpUrl: run.httpUrl,
    invoke,
    faults,
    async request(call) {
      const token = await createToken({ sub: call.sub, ...(call.scope && { scope: call.scope }) });
      return askApi(run.httpUrl, token, call);
    },
    queueNumbers: () => queueNumbers(api, run, graph),
    async readStream(streamId) {
      const items = await queryAll(api, {
        TableName: streamed,
        KeyConditionExpression: 'streamId = :id',
        ExpressionAttributeValues: { ':id': { S: streamId } },
        ConsistentRead: true,
      });
      return items.map(shown);
    },
    async readEvents(places) {
      const found: ShownEvent[] = [];
      for (let from = 0; from < places.length; from += 100) {
        const keys = places.slice(from, from + 100).map(({ streamId, version }) => ({
          streamId: { S: streamId },
          version: { N: String(version) },
        }));
        const { Responses } = await api.dynamodb<{ Responses?: Record<string, Item[]> }>('BatchGetItem', {
          RequestItems: { [streamed]: { Keys: keys } },
        });
        found.push(...(Responses?.[streamed] ?? []).map((item) => shown(unmarshall(item as never))));
      }
      return found;
    },
    async newestOfType(eventType) {
      const now = Date.now();
      const found: FoundStream[] = [];
      for (let day = 0; day < 7 && found.length < PAGE; day++) {
        const pages = await Promise.all(
          Array.from({ length: BY_TYPE_SHARDS }, (_, shard) =>
            api.dynamodb<{ Items: Item[] }>('Query', {
              TableName: streamed,
              IndexName: 'by-type',
              KeyConditionExpression: 'typeDayShard = :p',
              ExpressionAttributeValues: {
                ':p': { S: byTypePartition(eventType, dayOf(now - day * DAY_MS), shard) },
              },
              ScanIndexForward: false,
              Limit: PAGE,
            }),
          ),
        );
        found.push(
          ...pages
            .flatMap(({ Items }) => Items.map((item) => unmarshall(item as never)))
            .sort((a, b) => (String(a.eventId) < String(b.eventId) ? 1 : -1))
            .map((item) => ({
              streamId: String(item.streamId),
              version: Number(item.version),
              eventType,
              at: new Date(
                Number.parseInt(String(item.eventId).replaceAll('-', '').slice(0, 12), 16),
              ).toISOString(),
            })),
        );
      }
      return found.slice(0, PAGE);
    },
    async readView(projectionName, aggregateType, aggregateId) {
      const view = projections.find(({ name }) => name === projectionName)?.views[aggregateType];
      const table = tableOf('READ_MODEL_TABLE');
      if (!view || !table) return undefined;
      const get = async (key: { pk: string; sk: string }) => {
        const Key = { pk: { S: key.pk }, sk: { S: key.sk } };
        const { Item } = await api.dynamodb<{ Item?: Item }>('GetItem', {
          TableName: table,
          Key,
          ConsistentRead: true,
        });
        return Item && unmarshall(Item as never);
      };
      const generations = await get(generationsKey(projectionName));
      const item = await get(keyInGeneration(Number(generations?.live ?? 1), view.key(aggregateId)));
      return item && withoutStorageKeys(item);
    },
  };
}

async function queueNumbers(api: AwsApi, run: Run, graph: Graph): Promise<Record<string, QueueNumbers>> {
  const consumers = graph.nodes.filter(({ kind }) => kind === 'consumer');
  const entries = await Promise.all(
    consumers.map(async ({ label, queue = '', deadLetters = '' }) => {
      const [live, dead] = await Promise.all([sizeOf(api, run, queue), sizeOf(api, run, deadLetters)]);
      return [label, { ...live, dead: dead.waiting + dead.inFlight }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

async function sizeOf(
  api: AwsApi,
  run: Run,
  queueId: string,
): Promise<{ waiting: number; inFlight: number }> {
  const url = run.queues[queueId]?.url;
  if (!url) return { waiting: 0, inFlight: 0 };
  const { Attributes = {} } = await api.sqs<{ Attributes?: Record<string, string> }>('GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['All'],
  });
  const count = (kind: string) => Number(Attributes[`ApproximateNumberOfMessages${kind}`] ?? 0);
  return { waiting: count('') + count('Delayed'), inFlight: count('NotVisible') };
}

async function queryAll(api: AwsApi, input: object): Promise<Item[]> {
  const items: Item[] = [];
  let start: unknown;
  do {
    const page = await api.dynamodb<{ Items: Item[]; LastEvaluatedKey?: unknown }>('Query', {
      ...input,
      ...(start ? { ExclusiveStartKey: start } : {}),
    });
    items.push(...page.Items.map((item) => unmarshall(item as never)));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}

/** A variable that some function has. */
const functionEnvironment = (run: Run, variable: string): string | undefined =>
  Object.values(run.functions)
    .map(({ environment }) => environment[variable])
    .find(Boolean);
