import { checkAudit } from '#tests/properties/checks/audit.ts';
import { checkConsumers } from '#tests/properties/checks/by-consumer.ts';
import { checkCommands } from '#tests/properties/checks/commands.ts';
import { type Finding, Findings } from '#tests/properties/checks/findings.ts';
import { readModelsOf } from '#tests/properties/checks/generations.ts';
import { historyOf } from '#tests/properties/checks/history.ts';
import { checkDeadLetters, checkHandled } from '#tests/properties/checks/messages.ts';
import { checkOperations } from '#tests/properties/checks/operations.ts';
import { checkStreams } from '#tests/properties/checks/streams.ts';
import type { Adversary } from './adversary.ts';
import { Clients } from './clients.ts';
import type { Fault } from './faults.ts';
import { DEADLINES, loseMessages } from './losses.ts';
import { auditOnSchedule, redeliverLost, resendDeadlines } from './operations.ts';
import { Operator } from './operator.ts';
import { poisonQueues } from './poison.ts';
import { listCatalogue, openShop, orderStory, rushStory } from './stories.ts';
import type { World } from './world.ts';

export interface RunOptions {
  seed: number;
  orders: number;
  /** Further orders of one SKU, all in one second. */
  rush?: number | undefined;
  /** Somebody redrives, republishes and backfills meanwhile; where time is simulated. */
  operated?: boolean | undefined;
  world: World;
  adversary: Adversary;
  /** How fast the clients' time passes; 1 = as the clock's. */
  pace: number;
  retryBaseSeconds: number;
}

export interface RunReport {
  seed: number;
  orders: number;
  faults: readonly Fault[];
  findings: readonly Finding[];
  /** Where there is a sign that the machine was too slow, the findings say nothing. */
  slowness: readonly string[];
  events: number;
}

/**
 * One run: a shop is open while the adversary is at work; then the faults stop, everything drains, what is in the
 * dead letter queues for no fault of its own goes back and drains too, and the checks look at what there is.
 */
export async function simulate(options: RunOptions): Promise<RunReport> {
  const { seed, orders, world, adversary, pace, retryBaseSeconds } = options;
  const findings = new Findings();
  const startedAt = world.clock.now();
  const clients = new Clients(world, adversary, pace);
  const operator = options.operated && world.traces ? new Operator(world, adversary, clients) : undefined;
  let hit = new Set<string>();
  let poison: Awaited<ReturnType<typeof poisonQueues>> = [];
  const day = async () => {
    await listCatalogue(clients);
    const stories = Array.from({ length: orders }, (_, index) =>
      orderStory(clients, adversary.random(`order/${index}`)),
    );
    const rush = Array.from({ length: options.rush ?? 0 }, (_, index) =>
      rushStory(clients, adversary.random(`rush/${index}`)),
    );
    const poisoning = poisonQueues(world, adversary, clients).then((put) => {
      poison = put;
    });
    const faultsStop = clients
      .pause(adversary.random('end').between(300_000, 1_200_000))
      .then(() => adversary.stop());
    const losing = loseMessages(world, adversary, clients).then((consumers) => {
      hit = consumers;
    });
    const shop = openShop(clients, adversary.random('shop'));
    const busy = Promise.all([shop, ...stories, ...rush, poisoning, faultsStop, losing]);
    await Promise.all([busy, auditOnSchedule(world, busy), operator?.work(busy)]);
    await clients.allEnded();
  };

  let events = 0;
  try {
    await world.waitUntilIdle(day());
    const maxReceiveCount = world.subscriptions[0]?.maxReceiveCount ?? 0;
    const isPoison = ({ consumer, body }: { consumer: string; body: string }) =>
      poison.some((one) => one.consumer === consumer && one.body === body);
    const repeats = operator?.hitRedrives ?? new Map<string, number>();
    const rules = { ledger: world.ledger, poison, maxReceiveCount, retryBaseSeconds, purged: hit, repeats };
    checkDeadLetters(await world.deadLetters(), rules, findings);
    await world.redrive((letter) => !isPoison(letter));
    await world.waitUntilIdle(Promise.resolve());
    for (const { consumer, body, reason } of (await world.deadLetters()).filter(
      (letter) => !isPoison(letter),
    )) {
      const why = `${consumer}: ${body.slice(0, 120)}: ${reason.errorName}: ${reason.errorMessage}`;
      findings.add('unexplained dead letter', `${why}, with no fault at all`);
    }
    if (hit.has(DEADLINES)) await resendDeadlines(world, startedAt);
    if (hit.size > 0) await redeliverLost(world);
    const history = historyOf(await world.events(), world.application.registry);
    events = history.events.length;
    checkStreams(history, findings);
    checkCommands(history, clients.sent, findings);
    checkConsumers({ history, world, readModels: readModelsOf(await world.readModel()) }, findings);
    // What was lost need not come again as it was: a projection gets its newest event alone.
    const unhit = world.subscriptions.filter(({ consumer }) => !hit.has(consumer));
    checkHandled(history, unhit, world.ledger, findings);
    if (operator) checkOperations(history, world, operator.operations, findings);
    if (findings.list.length === 0) await checkAudit(world, findings);
  } catch (error) {
    findings.add('lost', `the run came to no end: ${(error as Error).stack}`);
  }
  const { faults } = adversary;
  return { seed, orders, faults, findings: findings.list, slowness: world.slowness(), events };
}
