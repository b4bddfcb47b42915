/** `npm run demo`: a realistic mix of orders against a running `npm start`, and where each of their events went. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '#resources/cli/arguments.ts';
import { table } from '#resources/cli/table.ts';
import { wantsColor } from '#resources/local/log-lines.ts';
import { findRun, type Run } from '#resources/local/run-file.ts';
import type { Caller } from './api.ts';
import { type Outcome, readWays, type Way } from './hops.ts';
import { eventually, type Played, playAll, shopOf } from './play.ts';
import { type OrderAnswer, scenarios } from './scenarios.ts';

/** Its texts are ours, and each has to be read whole: the picture in the README shows them. */
const UNCUT = { width: Number.POSITIVE_INFINITY, isStyled: true };

const QUIET_MS = 2_500;

/** The columns of the table. Who receives what is not known here: the stack's filters decide. */
const consumers = [
  'order-view',
  'catalogue-view',
  'stock-view',
  'reviews',
  'sales',
  'inventory',
  'fraud-review',
  'customs',
  'notifications',
  'order-payments',
  'refunds',
  'order-holds',
];

async function main(): Promise<void> {
  const run = await findRun(process.cwd());
  if (!run) throw new Error('Nothing runs here. Start it with `npm start` in another terminal.');
  const runId = randomBytes(3).toString('hex');
  const stages = scenarios.length + 1;

  const { played, poison } = await playAll(run, runId, (index, title) => progress(index, stages, title));
  progress(stages, stages, 'waiting until every event has arrived');

  const shop = shopOf(run, `demo-${runId}`);
  const { orders, ways } = await waitUntilIdle(run, shop, played, poison.correlationId);
  progressDone();
  console.log(`\n${table(['order', 'event', ...consumers], rows([...played, poison], ways), UNCUT)}\n`);
  console.log(`● handled   ${red('✗')} dead letter   · not for this consumer\n`);
  console.log(await outcomes(shop, orders));
}

/** Waits until the views have reached their streams and no delivery has come for a while. */
/** Waits until nothing has happened for longer than the longest batching window, and every event was handled somewhere. */
async function waitUntilIdle(
  run: Run,
  shop: Caller,
  played: Played[],
  poison: string,
): Promise<{ orders: { title: string; order: OrderAnswer }[]; ways: Map<string, Way[]> }> {
  let before = -1;
  const ways = await eventually(async () => {
    const seen = await readWays(run.hopsFile);
    const ours = [...played.map(({ correlationId }) => correlationId), poison].map(
      (id) => seen.get(id) ?? [],
    );
    const outcomesSoFar = ours.flat().reduce((sum, { outcomes }) => sum + outcomes.size, 0);
    const quiet = outcomesSoFar === before && ours.every((events) => events.length > 0);
    before = outcomesSoFar;
    if (!quiet) await pause(QUIET_MS);
    return quiet ? seen : undefined;
  }, 'the events of this demo');
  const orders = await Promise.all(
    played.map(async ({ title, orderId }) => ({
      title,
      order: await shop.get<OrderAnswer>(`/orders/${orderId}`),
    })),
  );
  return { orders, ways };
}

function rows(played: { title: string; correlationId: string }[], ways: Map<string, Way[]>): string[][] {
  const mark = (outcome: Outcome | undefined) =>
    outcome === 'handled' ? '●' : outcome === 'dead letter' ? red('✗') : '·';
  return played.flatMap(({ title, correlationId }) =>
    (ways.get(correlationId) ?? []).map(({ eventType, outcomes }, index) => [
      index === 0 ? title : '',
      eventType,
      ...consumers.map((consumer) => mark(outcomes.get(consumer))),
    ]),
  );
}

async function outcomes(shop: Caller, orders: { title: string; order: OrderAnswer }[]): Promise<string> {
  const lines = await Promise.all(
    orders.map(async ({ title, order }) => {
      const { notifications } = await shop.get<{ notifications: unknown[] }>(
        `/notifications?orderId=${order.orderId}`,
      );
      const waitsFor = order.waitsFor.join(', ') || '–';
      const total = order.total.toFixed(2);
      return [title, order.orderId, order.status, waitsFor, total, String(notifications.length)];
    }),
  );
  return table(['order', 'id', 'status', 'waits for', 'total', 'messages'], lines, UNCUT);
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

runCommand({
  usage:
    'npm run demo\nPlays a mix of orders against the `npm start` of this folder, and shows where each of their events went.',
  options: {},
  run: () => main().finally(() => progressDone()),
});
