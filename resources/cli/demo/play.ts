import { setTimeout as pause } from 'node:timers/promises';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Run } from '#resources/local/run-file.ts';
import { Caller } from './api.ts';
import { type Cast, type OrderAnswer, scenarios } from './scenarios.ts';

const IDLE_MS = 30_000;

export interface Played {
  title: string;
  /** Everything that the scenario set off carries it. */
  correlationId: string;
  orderId: string;
}

/** Everything that a run of the demo does, but looking at it: each scenario, one after the other, then a poison message. */
export async function playAll(
  run: Run,
  runId: string,
  begin: (index: number, title: string) => void = () => {},
) {
  const played: Played[] = [];
  for (const [index, { title, play }] of scenarios.entries()) {
    begin(index, title);
    const correlationId = `demo-${runId}-${index + 1}`;
    played.push({ title, correlationId, orderId: await play(castOf(run, runId, correlationId)) });
  }
  begin(scenarios.length, POISON);
  const poison = { title: POISON, correlationId: `demo-${runId}-poison` };
  await publishPoison(run, poison.correlationId);
  return { played, poison };
}

const POISON = 'a poison message';

export const shopOf = (run: Run, correlationId: string): Caller =>
  new Caller(
    run.httpUrl,
    correlationId,
    'shop',
    'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read',
  );

function castOf(run: Run, runId: string, correlationId: string): Cast {
  const shop = shopOf(run, correlationId);
  return {
    run: runId,
    shop,
    async customer(name) {
      const caller = new Caller(run.httpUrl, correlationId, `demo-${name.toLowerCase()}-${runId}`);
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

export async function eventually<T>(attempt: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadline = Date.now() + IDLE_MS;
  for (;;) {
    const result = await attempt();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`Not idle after ${IDLE_MS / 1000} s: ${what}`);
    await pause(100);
  }
}
