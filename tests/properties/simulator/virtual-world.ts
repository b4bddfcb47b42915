import { BY_DUE_INDEX } from '#kit/event-store/due-keys.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { deadlinesKey } from '#kit/projections/keys.ts';
import { FakeDynamo } from '#tests/properties/fakes/dynamo.ts';
import type { Attribute } from '#tests/properties/fakes/queue.ts';
import { attributeFilter, FakeSns } from '#tests/properties/fakes/sns.ts';
import { FakeSqs } from '#tests/properties/fakes/sqs.ts';
import type { Table } from '#tests/properties/fakes/table.ts';
import type { Adversary } from './adversary.ts';
import type { VirtualClock } from './clock.ts';
import type { Defect } from './defect.ts';
import type { Deployment } from './deployment.ts';
import { Functions, MAX_INDEX_LAG_MS } from './functions.ts';
import { Ledger } from './ledger.ts';
import type { Machinery } from './machinery.ts';
import { pollQueue } from './queue-poller.ts';
import { rolloutOf } from './rollout.ts';
import { isSubscribed, type Route, routesOf } from './routes.ts';
import { sentWith } from './sent-by-operations.ts';
import { readShard } from './stream-reader.ts';
import { dueTimesOf, LAST_TICKS_MS, tickForever } from './ticks.ts';
import { indexLagOf, type TableProperties, tableOf } from './virtual-tables.ts';
import type { SentByOperation, World } from './world.ts';

/** So short that most orders of a run meet theirs. */
const SHORT_DEADLINES = { PAYMENT_MINUTES: '6', REVIEW_HOURS: '0.2' };

/** Newer code and index lag keep a run busy for a day and a half; what takes longer waits for ever. */
const MAX_BUSY_MS = 4 * 86_400_000;

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
  const sentByOperations: SentByOperation[] = [];

  const rollout = rolloutOf(adversary, now, new Set(routes.map(({ consumer }) => consumer)));
  const functions = new Functions({
    clock,
    adversary,
    defect,
    perform: async (service, command, staleMs, place) => {
      const answer = clients[service].perform(command as never, staleMs);
      if (place.startsWith('republish/')) sentByOperations.push(...sentWith(command, routes, now()));
      return answer;
    },
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
  const machinery: Machinery = { clock, adversary, functions, during };
  void tickForever(machinery, due);
  for (const route of routes) pollQueue(machinery, ledger, route);
  const behind = events.shards.map((_, shard) => readShard(machinery, deployment, events, shard));

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
    traces: {
      appendedAt(eventId) {
        const inserted = events.shards.flat().find(({ item }) => item.eventId === eventId);
        return inserted?.at ?? Number.POSITIVE_INFINITY;
      },
      sentByOperations,
    },
    async waitUntilIdle(work) {
      const limit = now() + MAX_BUSY_MS;
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
