import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { BY_DUE_INDEX } from '#kit/event-store/due-keys.ts';
import { MESSAGE_TYPE } from '#kit/messaging/delivery.ts';
import { deadlinesKey } from '#kit/projections/keys.ts';
import { readBatchReport } from '#resources/local/event-source-mapping/batch-report.ts';
import { sqsRecord } from '#resources/local/event-source-mapping/sqs-record.ts';
import { deliver } from '#resources/local/event-source-mapping/stream-delivery.ts';
import { FakeDynamo } from '#tests/properties/fakes/dynamo.ts';
import { type Attribute, type Message, Queue } from '#tests/properties/fakes/queue.ts';
import { attributeFilter, FakeSns } from '#tests/properties/fakes/sns.ts';
import { FakeSqs } from '#tests/properties/fakes/sqs.ts';
import { type Inserted, Table } from '#tests/properties/fakes/table.ts';
import type { Adversary } from './adversary.ts';
import type { VirtualClock } from './clock.ts';
import type { Defect } from './defect.ts';
import type { Deployment, Mapping, QueueProperties } from './deployment.ts';
import { Functions, MAX_INDEX_LAG_MS } from './functions.ts';
import { Ledger } from './ledger.ts';
import { rolloutOf } from './rollout.ts';
import type { Subscription, World } from './world.ts';

const STREAM_SHARDS = 3;

/** So short that most orders of a run meet theirs. */
const SHORT_DEADLINES = { PAYMENT_MINUTES: '6', REVIEW_HOURS: '0.2' };

/** After the last due time: a tick in its minute, and the deliveries that follow. */
const LAST_TICKS_MS = 5 * 60_000;

interface Route extends Omit<Subscription, 'filterPolicy'> {
  /** Absent where nothing but our functions send to it. */
  filterPolicy?: object;
  queue: Queue;
  deadLetters: Queue;
  batchSize: number;
  concurrency: number;
}

export interface VirtualWorldOptions {
  deployment: Deployment;
  adversary: Adversary;
  clock: VirtualClock;
  defect?: Defect | undefined;
}

/** Everything between the functions in memory, and no time but what the clock says. */
export function virtualWorld({ deployment, adversary, clock, defect }: VirtualWorldOptions): World {
  const now = () => clock.now();
  let busy = 0;
  const during = async (work: Promise<unknown>) => {
    busy++;
    try {
      await work;
    } finally {
      busy--;
    }
  };

  const tables = deployment
    .ofType<TableProperties>('AWS::DynamoDB::Table')
    .map(([id, properties]) => tableOf(id, properties, now));
  const events = tables.find(({ shape }) => shape.hash === 'streamId') as Table;
  const readModel = tables.find(({ shape }) => shape.hash === 'pk') as Table;
  const routes = routesOf(deployment, adversary, now);
  const ledger = new Ledger();

  const lateFilters = new Map<string, number>();
  const isLate = (consumer: string, { eventType }: Record<string, Attribute>) =>
    now() < (lateFilters.get(`${consumer}|${eventType?.StringValue}`) ?? 0);
  let deliveries = 0;
  const sns = new FakeSns(
    routes.filter(isSubscribed).map(({ consumer, filterPolicy, queue }) => ({
      consumer,
      takes: (attributes) => attributeFilter(filterPolicy)(attributes) && !isLate(consumer, attributes),
      deliver({ body }) {
        const place = `topic/${consumer}/${deliveries++}`;
        const random = adversary.random(`${place}/time`);
        const late = adversary.at(`${place}/delay`, 'message delayed', 0.03);
        void during(
          (async () => {
            await clock.sleep(late ? random.between(5_000, 900_000) : random.between(1, 300));
            queue.send(body);
            if (!adversary.at(`${place}/double`, 'message doubled', 0.02)) return;
            await clock.sleep(random.between(0, 60_000));
            queue.send(body);
          })(),
        );
      },
    })),
  );
  const indexLag = indexLagOf(adversary, now);
  const lagOf = (index: string) =>
    index === BY_DUE_INDEX ? Math.min(indexLag(), MAX_INDEX_LAG_MS) : indexLag();
  const dynamo = new FakeDynamo(tables, now, lagOf);
  const sqs = new FakeSqs(routes.flatMap(({ queue, deadLetters }) => [queue, deadLetters]));
  const clients = { dynamo, sns, sqs };

  const rollout = rolloutOf(adversary, now, new Set(routes.map(({ consumer }) => consumer)));
  const functions = new Functions({
    clock,
    adversary,
    defect,
    perform: async (service, command, staleMs) => clients[service].perform(command as never, staleMs),
    deployed: new Map(
      [...deployment.functions].map(([name, { logicalId, createHandler }]) => [
        name,
        { createHandler, settings: { ...deployment.settingsOf(logicalId), ...SHORT_DEADLINES } },
      ]),
    ),
    applicationOf: rollout.applicationOf,
    timeoutMs: (name) => deployment.functions.get(name)?.timeoutMs,
    latency: (random) => 1 + Math.floor(30 * random.next() ** 3),
    slow: (random) => random.between(1_000, 4_000),
    stale: (random) => random.between(1_000, 120_000),
  });

  readModel.put({ ...deadlinesKey, version: 1, completed: { startedAt: now(), sentTo: now() } });
  const due = dueTimesOf(events);
  void tickForever();
  for (const route of routes) pollQueue(route);
  const behind = events.shards.map((_, shard) => readShard(shard));

  /** The rule of EventBridge: each minute, but where nothing is due in these minutes: such a tick would send nothing. */
  async function tickForever(): Promise<void> {
    let last = now();
    let lost = 0;
    for (let minute = 0; ; minute++) {
      const pace = adversary.random(`tick/${minute}/time`);
      const late = adversary.at(`tick/${minute}/late`, 'tick late', 0.1) ? pace.between(0, 50_000) : 0;
      await clock.limit(60_000 - (now() % 60_000) + pace.between(0, 2_000) + late);
      if (!due.isAnyBetween(last - LAST_TICKS_MS, now() + LAST_TICKS_MS)) continue;
      const random = adversary.random(`tick/${minute}`);
      if (adversary.at(`tick/${minute}/lost`, 'tick lost', 0.15)) lost = random.between(1, 5);
      if (lost-- > 0) continue;
      last = now();
      const start = () => void during(functions.start('deadline-tick', {}).answer.catch(() => undefined));
      start();
      if (adversary.at(`tick/${minute}/double`, 'tick doubled', 0.1)) start();
    }
  }

  /** Takes batches of whatever is visible, several at a time, whenever something is. */
  function pollQueue({ consumer, queue, deadLetters, batchSize, concurrency }: Route): void {
    const random = adversary.random(`poller/${consumer}`);
    let inFlight = 0;
    let polls = 0;
    let planned: number | undefined;

    const plan = () => {
      const next = queue.nextVisibleAt();
      if (next === undefined || inFlight >= concurrency) return;
      const at = Math.max(next, now());
      if (planned !== undefined && planned <= at) return;
      planned = at;
      void clock.sleep(at - now() + random.between(0, 200)).then(() => {
        if (planned === at) planned = undefined;
        poll();
      });
    };

    function poll(): void {
      if (inFlight < concurrency) {
        const batch = queue.receive(random.between(1, Math.min(batchSize, 10)));
        if (batch.length > 0) hand(batch);
        for (const { messageId } of batch) {
          if (adversary.at(`receive/${consumer}/${polls++}`, 'received twice', 0.01))
            void during(again(messageId));
        }
      }
      plan();
    }

    async function again(messageId: string): Promise<void> {
      await clock.sleep(random.between(0, 2_000));
      const twin = queue.receiveAgain(messageId);
      if (twin) hand([twin], true);
      const moved = deadLetters.messages.get(messageId);
      if (moved) ledger.noteMoved(consumer, moved.body);
    }

    function hand(batch: Message[], early = false): void {
      inFlight++;
      void during(
        consume(batch, early).finally(() => {
          inFlight--;
          plan();
        }),
      );
    }

    async function consume(batch: Message[], early: boolean): Promise<void> {
      const Records = batch.map((message) => sqsRecord(onTheWire(message), queue.shape.arn));
      const { invocation, answer } = functions.start(consumer, { Records });
      if (early) Object.assign(invocation, { early, faults: invocation.faults + 1 });
      const end = ledger.begin(consumer, Records, invocation);
      const report = await answer.then(
        (result) =>
          readBatchReport(
            result,
            Records.map(({ messageId }) => messageId),
          ),
        () => ({ kind: 'failure' as const }),
      );
      end(report.kind === 'failure' ? 'crash' : report.kind === 'partial' ? report.failed : new Set());
      if (report.kind === 'failure') return;
      const done = Records.filter(
        ({ messageId }) => report.kind === 'success' || !report.failed.has(messageId),
      );
      await clock.sleep(random.between(1, 20));
      if (adversary.at(`${invocation.place}/delete`, 'delete lost', 0.01)) {
        invocation.faults++;
        return;
      }
      for (const { receiptHandle } of done) queue.delete(receiptHandle);
    }

    queue.onArrival = plan;
  }

  /** Answers how many records of the shard nobody has dealt with yet. */
  function readShard(shard: number): () => number {
    const log = events.shards[shard] as Inserted[];
    const [[, properties]] = deployment
      .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
      .filter(([, { EventSourceArn }]) => EventSourceArn.endsWith('/stream')) as [[string, Mapping]];
    const name = deployment.functionOf(properties.FunctionName);
    const random = adversary.random(`stream/${shard}`);
    let position = 0;
    let batches = 0;
    let reading = false;

    async function read(): Promise<void> {
      while (position < log.length) {
        await clock.sleep(random.between(1, 250));
        const start = position;
        const batch = log.slice(start, start + random.between(1, Math.min(30, properties.BatchSize ?? 100)));
        const records = batch.map(streamRecord);
        if (adversary.at(`stream/${shard}/${batches}/twin`, 'two lanes', 0.03)) {
          void during(functions.start(name, { Records: records }).answer.catch(() => undefined));
        }
        await deliver(records, {
          invoke: (event) => functions.start(name, event as { Records: unknown[] }).answer,
          reports: true,
          bisect: true,
          maximumRetryAttempts: -1,
          maximumRecordAgeSeconds: -1,
          backOff: (retry) => clock.sleep(Math.min(5_000, 100 * 2 ** (retry - 1))),
          stopped: () => false,
          done: (records) => {
            position += records.length;
          },
          giveUp: async () => {
            throw new Error('a stream mapping without limits gave up');
          },
        });
        const replayed = adversary.at(`stream/${shard}/${batches++}`, 'stream replayed', 0.02);
        if (replayed) position = start;
      }
    }
    const wake = events.onInsert;
    events.onInsert = () => {
      wake();
      if (reading) return;
      reading = true;
      void during(
        read().finally(() => {
          reading = false;
        }),
      );
    };
    return () => log.length - position;
  }

  const routeOf = (consumer: string): Route => {
    const route = routes.find((one) => one.consumer === consumer);
    if (!route) throw new Error(`no consumer is called ${consumer}`);
    return route;
  };

  return {
    application: rollout.newest,
    clock,
    patienceMs: 30_000,
    functions,
    ledger,
    subscriptions: routes.filter(isSubscribed),
    async deliver(consumer, body) {
      routeOf(consumer).queue.send(body);
    },
    losses: {
      purge: (consumer) => routeOf(consumer).queue.messages.clear(),
      delayFilter: (consumer, eventType, ms) => void lateFilters.set(`${consumer}|${eventType}`, now() + ms),
    },
    async waitUntilIdle(work) {
      const limit = now() + 14 * 86_400_000;
      let failed: unknown;
      void during(
        work.catch((error) => {
          failed = error;
        }),
      );
      const isIdle = () =>
        busy === 0 &&
        now() > due.last() + LAST_TICKS_MS &&
        behind.every((left) => left() === 0) &&
        routes.every(({ queue }) => queue.messages.size === 0);
      const ended = await clock.run(() => isIdle() || failed !== undefined || now() > limit);
      if (failed) throw failed;
      if (!ended || now() > limit) {
        const full = routes.filter(({ queue }) => queue.messages.size > 0).map(({ consumer }) => consumer);
        throw new Error(
          `the system does not come to rest: ${busy} at work, messages in ${full.join(', ') || 'no queue'}`,
        );
      }
    },
    events: async () => events.all(),
    readModel: async () => readModel.all(),
    deadLetters: async () =>
      routes.flatMap(({ consumer, deadLetters }) =>
        [...deadLetters.messages.values()].map(({ body, receives, attributes }) => ({
          consumer,
          body,
          receiveCount: receives,
          reason: Object.fromEntries(
            Object.entries(attributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
          ),
        })),
      ),
    async redrive(takes) {
      for (const { consumer, queue, deadLetters } of routes) {
        for (const [id, { body, receives, attributes }] of [...deadLetters.messages]) {
          if (!takes({ consumer, body, receiveCount: receives, reason: {} })) continue;
          const { [MESSAGE_TYPE]: type } = attributes;
          queue.send(body, type && { [MESSAGE_TYPE]: type });
          deadLetters.messages.delete(id);
        }
      }
    },
    ticks: true,
    slowness: () => [],
    async close() {},
  };
}

/** How many ms every index is behind: at times some minutes. */
function indexLagOf(adversary: Adversary, now: () => number): () => number {
  const random = adversary.random('index');
  const [from, to, lag] = [
    random.between(0, 600_000),
    random.between(600_000, 1_200_000),
    random.between(1_000, 280_000),
  ];
  const start = now();
  const isLate = adversary.at('index/by-type', 'index late', 0.4);
  return () => (isLate && start + from <= now() && now() < start + to ? lag : 0);
}

interface TableProperties {
  KeySchema: { AttributeName: string; KeyType: string }[];
  GlobalSecondaryIndexes?: {
    IndexName: string;
    KeySchema: { AttributeName: string; KeyType: string }[];
    Projection: { ProjectionType: string };
  }[];
}

/** An empty table as the template describes it. */
export function tableOf(
  name: string,
  { KeySchema, GlobalSecondaryIndexes = [] }: TableProperties,
  now: () => number,
): Table {
  const key = (schema: TableProperties['KeySchema'], type: string) =>
    schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const range = key(KeySchema, 'RANGE');
  return new Table(
    {
      name,
      hash: key(KeySchema, 'HASH') ?? '',
      ...(range && { range }),
      indexes: Object.fromEntries(
        GlobalSecondaryIndexes.map((index) => [
          index.IndexName,
          {
            hash: key(index.KeySchema, 'HASH') ?? '',
            range: key(index.KeySchema, 'RANGE') ?? '',
            keysOnly: index.Projection.ProjectionType === 'KEYS_ONLY',
          },
        ]),
      ),
    },
    now,
    STREAM_SHARDS,
  );
}

interface SubscriptionProperties {
  Endpoint: string;
  FilterPolicy: object;
}

function routesOf(deployment: Deployment, adversary: Adversary, now: () => number): Route[] {
  const queues = new Map(
    deployment.ofType<QueueProperties>('AWS::SQS::Queue').map(([id, properties]) => [id, properties]),
  );
  const mappings = deployment
    .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
    .map(([, mapping]) => mapping);
  const subscriptions = deployment
    .ofType<SubscriptionProperties>('AWS::SNS::Subscription')
    .map(([, subscription]) => subscription);
  const others = mappings.filter(
    ({ EventSourceArn, FunctionName }) =>
      deployment.functions.has(deployment.functionOf(FunctionName)) &&
      queues.has(idOf(EventSourceArn)) &&
      !subscriptions.some(({ Endpoint }) => Endpoint === EventSourceArn),
  );
  return [
    ...subscriptions,
    ...others.map(({ EventSourceArn }) => ({ Endpoint: EventSourceArn, FilterPolicy: undefined })),
  ].map(({ Endpoint, FilterPolicy }) => {
    const id = idOf(Endpoint);
    const { VisibilityTimeout = 30, RedrivePolicy } = queues.get(id) ?? {};
    if (!RedrivePolicy) throw new Error(`${id} has no redrive policy`);
    const shape = (name: string) => ({
      name,
      url: `https://queue/${name}`,
      arn: Endpoint.replace(id, name),
      visibilityMs: VisibilityTimeout * 1000,
    });
    const deadId = idOf(RedrivePolicy.deadLetterTargetArn);
    const deadLetters = new Queue(shape(deadId), now, adversary.random(deadId));
    const maxReceiveCount = Number(RedrivePolicy.maxReceiveCount);
    const mapping = mappings.find(({ EventSourceArn }) => EventSourceArn === Endpoint);
    if (!mapping) throw new Error(`${id} has no mapping`);
    return {
      consumer: deployment.functionOf(mapping.FunctionName),
      ...(FilterPolicy && { filterPolicy: FilterPolicy }),
      maxReceiveCount,
      queue: new Queue({ ...shape(id), maxReceiveCount, deadLetters }, now, adversary.random(id)),
      deadLetters,
      batchSize: mapping.BatchSize ?? 10,
      concurrency: mapping.ScalingConfig?.MaximumConcurrency ?? 5,
    };
  });
}

const idOf = (arn: string): string => arn.split(':').at(-1) ?? '';

/** When events of a table fall due; ms since 1970. */
function dueTimesOf(events: Table) {
  const times: number[] = [];
  const read = events.shards.map(() => 0);
  const wake = events.onInsert;
  events.onInsert = () => {
    wake();
    for (const [shard, log] of events.shards.entries()) {
      for (const { item } of log.slice(read[shard])) {
        const [dueAt] = String(item.dueKey ?? '').split('#');
        if (dueAt) times.push(Date.parse(dueAt));
      }
      read[shard] = log.length;
    }
  };
  return {
    last: () => Math.max(0, ...times),
    isAnyBetween: (from: number, to: number) => times.some((time) => time >= from && time <= to),
  };
}

const isSubscribed = (route: Route): route is Route & { filterPolicy: object } =>
  route.filterPolicy !== undefined;

const onTheWire = (message: Message) => ({
  MessageAttributes: message.attributes,
  MessageId: message.messageId,
  ReceiptHandle: message.receiptHandle ?? '',
  Body: message.body,
  MD5OfBody: '',
  Attributes: {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    SenderId: 'simulation',
  },
});

const streamRecord = ({ sequenceNumber, item }: Inserted): DynamoDBRecord => ({
  eventID: sequenceNumber,
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    SequenceNumber: sequenceNumber,
    NewImage: marshall(item) as never,
    StreamViewType: 'NEW_IMAGE',
  },
});
