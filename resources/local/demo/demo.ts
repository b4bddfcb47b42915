/** `npm run demo`: a realistic mix of orders against a running `npm start`, and where each of their events went. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { wantsColor } from '../log-lines.ts';
import { type Run, readRun } from '../run-file.ts';
import { Caller } from './api.ts';
import { type Deliveries, readDeliveries } from './hops.ts';
import { type Cast, type OrderAnswer, scenarios } from './scenarios.ts';
import { table } from './table.ts';

const SETTLE_MS = 30_000;
const QUIET_MS = 2_500;

interface EventAnswer {
  streamId: string;
  version: number;
  eventType: string;
}

/** Who must have what: the demo waits until every event has reached all of these. The routing itself is the stack's. */
const consumers = [
  'order-view',
  'stock-view',
  'sales',
  'inventory',
  'fraud-review',
  'customs',
  'notifications',
  'order-payments',
];

async function main(): Promise<void> {
  const run = await readRun(process.cwd());
  if (!run) throw new Error('Nothing runs here. Start it with `npm start` in another terminal.');
  const runId = randomBytes(3).toString('hex');
  const shop = new Caller(run.httpUrl, 'shop', 'orders:manage payments:write inventory:write audit:read');
  const cast = castOf(run, runId, shop);

  const played: { title: string; orderId: string }[] = [];
  for (const [index, { title, play }] of scenarios.entries()) {
    progress(index, scenarios.length + 1, title);
    played.push({ title, orderId: await play(cast) });
  }
  progress(scenarios.length, scenarios.length + 1, 'a poison message');
  const poison = `poison-${runId}`;
  await publishPoison(run, poison);
  progress(scenarios.length + 1, scenarios.length + 1, 'waiting until every event has arrived');

  const { orders, deliveries } = await settled(run, shop, played, poison);
  progressDone();
  console.log(`\n${table(['order', 'event', ...consumers], rows(orders, deliveries, poison))}\n`);
  console.log(`● handled   ${red('✗')} dead letter   · not for this consumer\n`);
  console.log(await outcomes(shop, orders));
}

interface Played {
  title: string;
  order: OrderAnswer;
  events: EventAnswer[];
}

function castOf(run: Run, runId: string, shop: Caller): Cast {
  return {
    run: runId,
    shop,
    async customer(name) {
      const caller = new Caller(run.httpUrl, `demo-${name.toLowerCase()}-${runId}`);
      await caller.post('/customers', { name, email: `${name.toLowerCase()}@example.com` }, 201);
      return caller;
    },
    until: (orderId, condition) =>
      eventually(async () => {
        const order = await shop.get<OrderAnswer>(`/orders/${orderId}`);
        return condition(order) ? order : undefined;
      }, `order ${orderId}`),
  };
}

/** A message that claims to be an order and is none: what a publisher of another team might send by mistake. */
async function publishPoison(run: Run, correlationId: string): Promise<void> {
  const sns = new SNSClient({
    endpoint: run.emulators.sns,
    region: run.emulators.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  await sns.send(
    new PublishCommand({
      TopicArn: run.topics.EventsTopic?.arn,
      Message: JSON.stringify({
        eventType: 'OrderCreated',
        metadata: { correlationId },
        data: 'not an order',
      }),
      MessageAttributes: { eventType: attribute('OrderCreated'), aggregateType: attribute('order') },
    }),
  );
  sns.destroy();
}

/** Waits until the views have reached their streams and no delivery has come for a while. */
/**
 * Waits until no delivery has come for longer than the longest batching window, and then for the views to have
 * reached their streams.
 */
async function settled(
  run: Run,
  shop: Caller,
  played: { title: string; orderId: string }[],
  poison: string,
): Promise<{ orders: Played[]; deliveries: Deliveries }> {
  let before = -1;
  return eventually(async () => {
    const deliveries = await readDeliveries(run.hopsFile);
    const count = [...deliveries.values()].reduce((sum, outcomes) => sum + outcomes.size, 0);
    const quiet = count === before && deliveries.has(poison);
    before = count;
    if (!quiet) {
      await pause(QUIET_MS);
      return undefined;
    }
    const orders = await Promise.all(played.map((one) => read(shop, one)));
    const arrived = orders.every(
      ({ order, events }) =>
        order.version === events.at(-1)?.version &&
        events.every(({ streamId, version }) => deliveries.has(`${streamId}@${version}`)),
    );
    return arrived ? { orders, deliveries } : undefined;
  }, 'the events of this demo');
}

async function read(shop: Caller, { title, orderId }: { title: string; orderId: string }): Promise<Played> {
  const [order, audit] = await Promise.all([
    shop.get<OrderAnswer>(`/orders/${orderId}`),
    shop.get<{ events: EventAnswer[] }>(`/orders/${orderId}/events`),
  ]);
  return { title, order, events: audit.events };
}

function rows(orders: Played[], deliveries: Deliveries, poison: string): string[][] {
  const marks = (key: string) =>
    consumers.map((consumer) => {
      const outcome = deliveries.get(key)?.get(consumer);
      return outcome === 'handled' ? '●' : outcome ? red('✗') : '·';
    });
  return [
    ...orders.flatMap(({ title, events }) =>
      events.map(({ streamId, version, eventType }, index) => [
        index === 0 ? title : '',
        eventType,
        ...marks(`${streamId}@${version}`),
      ]),
    ),
    ['a poison message', '(OrderCreated)', ...marks(poison)],
  ];
}

async function outcomes(shop: Caller, orders: Played[]): Promise<string> {
  const lines = await Promise.all(
    orders.map(async ({ title, order }) => {
      const { notifications } = await shop.get<{ notifications: unknown[] }>(
        `/notifications?orderId=${order.orderId}`,
      );
      return [title, order.orderId, order.status, order.total.toFixed(2), String(notifications.length)];
    }),
  );
  return table(['order', 'id', 'status', 'total', 'messages to the customer'], lines);
}

async function eventually<T>(attempt: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`Not settled after ${SETTLE_MS / 1000} s: ${what}`);
    await pause(100);
  }
}

const onTerminal = process.stdout.isTTY === true;
const red = (text: string) => (wantsColor(process.stdout) ? `\u001b[31m${text}\u001b[0m` : text);

function progress(done: number, all: number, what: string): void {
  const bar = '█'.repeat(Math.round((20 * done) / all)).padEnd(20, '░');
  const line = `${bar} ${done}/${all} ${what}`;
  process.stdout.write(onTerminal ? `\r\u001b[2K${line}` : `${line}\n`);
}

function progressDone(): void {
  if (onTerminal) process.stdout.write('\r\u001b[2K');
}

main().catch((error: Error) => {
  process.stderr.write(`${onTerminal ? '\n' : ''}${error.message}\n`);
  process.exitCode = 1;
});
