import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { ChangeMessageVisibilityBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { application } from '#application';
import { report } from '#functions/operations/audit/report.ts';
import { reportAlteredEvents } from '#functions/publisher/publish-events/altered-events.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { saveTickState } from '#kit/deadlines/tick-state.ts';
import { logHops } from '#kit/observability/hops.ts';
import { createLogger } from '#kit/observability/logger.ts';
import { createRedactor } from '#kit/observability/redaction.ts';
import { compiledTemplate } from '#tests/support/compiled-template.ts';
import { eventually } from '#tests/support/eventually.ts';
import { httpEvent, type Sent } from '#tests/support/http-event.ts';
import { fieldsOfQuery } from '#tests/support/insights.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { put } from '#tests/support/queues.ts';
import { type System, startSystem } from '#tests/support/system.ts';

// One run through the whole path with everything that can go wrong on it, and every line that was logged.

interface Line {
  level: string;
  message: string;
  function: string;
  hop?: string;
  consumer?: string;
  eventType?: string;
  streamId?: string;
  version?: number;
  correlationId?: string;
  xray_trace_id?: string;
  [field: string]: unknown;
}

const TRACE = '1-5759e988-bd862e3fe1be46a994272793';
const SCOPE =
  'orders:manage catalogue:manage payments:write inventory:write reviews:decide customs:decide audit:read';

/** Lines that are about no event, or, of an altered one, know only its key. All others say about which event they are. */
const ABOUT_NO_EVENT = [
  'request',
  'request failed',
  'redrive',
  'republished',
  'backfill',
  'events are missing',
  'event altered',
  'due events sent',
];

const lines: Line[] = [];
let system: System;

/** The logger that the function has on AWS, its lines kept here. */
function logger(name: string, consumers: Set<string>): Logger {
  const settings = {
    SERVICE: 'orderstream',
    AWS_LAMBDA_FUNCTION_NAME: `orderstream-dev-${name}`,
    ...(consumers.has(name) && { CONSUMER: name }),
  };
  const made = createLogger(application.name, settings, createRedactor(application.personalAggregates));
  const stdout = new Writable({
    write(chunk, _, done) {
      for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
  return Object.assign(made, { console: new Console({ stdout, stderr: stdout }) });
}

/** The first call of each kind fails: publishing (as a whole, and then each message by itself), setting a backoff, sending to the dead letters, writing sales. */
function failingOnce(name: string): RuntimeParts {
  const failed = new Set<string>();
  const refuseOnce = ({ input: { PublishBatchRequestEntries: entries = [] } }: PublishBatchCommand) => {
    if (failed.has('refusing')) return undefined;
    failed.add('refusing');
    return { Failed: entries.map(({ Id }) => ({ Id, Code: 'Throttled', SenderFault: false })) };
  };
  const once = (what: string) => {
    if (failed.has(what)) return;
    failed.add(what);
    throw new Error(`no ${what} at first`);
  };
  return {
    ...(name === 'publish-events' && {
      sns: client('sns', (command) => {
        once('publishing');
        return refuseOnce(command as PublishBatchCommand);
      }) as Runtime['sns'],
    }),
    ...(name === 'sales' && {
      sqs: client('sqs', (command) => {
        if (command instanceof ChangeMessageVisibilityBatchCommand) once('backoff');
        if (command instanceof SendMessageCommand) once('dead letters');
      }) as Runtime['sqs'],
      dynamo: client('dynamo', () => once('table')) as Runtime['dynamo'],
    }),
    ...(name === 'get-sales' && { dynamo: client('dynamo', () => once('table')) as Runtime['dynamo'] }),
  };
}

const client = (service: 'sns' | 'sqs' | 'dynamo', instead: (command: unknown) => unknown): unknown => ({
  send: async (command: unknown) => {
    return (
      instead(command) ?? (system[service] as { send(command: unknown): Promise<unknown> }).send(command)
    );
  },
});

beforeAll(async () => {
  process.env._X_AMZN_TRACE_ID = `Root=${TRACE};Parent=557abcec3ee5a047;Sampled=1`;
  const consumers = new Set(
    Object.values((await compiledTemplate()).Resources).flatMap(({ Properties }) => {
      const { Variables } = (Properties?.Environment ?? {}) as { Variables?: { CONSUMER?: string } };
      return Variables?.CONSUMER ? [Variables.CONSUMER] : [];
    }),
  );
  system = await startSystem({
    parts: (name) => ({ logger: logger(name, consumers), metrics: noMetrics, ...failingOnce(name) }),
    queueAttributes: { VisibilityTimeout: 1 },
  });
  await everything();
}, 60_000);
afterAll(async () => {
  delete process.env._X_AMZN_TRACE_ID;
  await system.stop();
});

async function http(name: string, sent: Sent): Promise<{ orderId: string }> {
  const { body } = (await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }))) as { body: string };
  return JSON.parse(body);
}

async function everything(): Promise<void> {
  await http('register-customer', { body: { name: 'Ada Lovelace', email: 'ada@example.com' } });
  await http('receive-stock', { params: { sku: 'MUG' }, body: { quantity: 1 } });
  const shippingAddress = { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' };
  const order = { items: [{ sku: 'MUG', quantity: 1 }], shippingAddress };
  await http('list-product', { params: { sku: 'MUG' }, body: { name: 'Mug', price: 2_000 } });
  const { orderId } = await http('place-order', { body: order });
  // The second mug is not there: this order is cancelled by a consumer.
  await http('place-order', { body: order });
  await http('ship-order', { params: { orderId }, body: { carrier: 'UPS', trackingNumber: '1Z' } });
  await http('get-sales', { query: { from: '2026-01-01', to: '2026-01-02' } });
  const sales = system.stack.queues.SalesQueue?.url ?? '';
  await put(system.sqs, sales, 'not JSON');
  await put(system.sqs, sales, JSON.stringify({ eventType: 'OrderGiftWrapped', metadata: {} }));
  await eventually(() => {
    const dead = lines.filter(({ hop }) => hop === 'dead-letter').map(({ fingerprint }) => fingerprint);
    expect(new Set(dead).size).toBe(2);
    expect(lines.filter(({ eventType }) => eventType === 'OrderCancelled').length).toBeGreaterThan(4);
  });
  await system.mappings.waitUntilIdle();
  await system.invoke('redrive', { consumer: 'sales' });
  await system.invoke('republish', { stream: `order-${orderId}` });
  const from = new Date(Date.now() - 600_000).toISOString();
  await system.invoke('republish', { consumer: 'sales', from });
  // As a tick that has just run leaves it: the very first one would look back for a day.
  const ticked = { startedAt: Date.now(), sentTo: Date.now() };
  await saveTickState(system.runtimeOf('deadline-tick'), { version: 0, completed: ticked });
  await system.invoke('deadline-tick', {});
  reportMissing(system.runtimeOf('audit'), orderId);
  const Keys = { streamId: { S: `order-${orderId}` }, version: { N: '1' } };
  const altered = { eventName: 'REMOVE', dynamodb: { Keys, SequenceNumber: '1' } } as const;
  reportAlteredEvents(system.runtimeOf('publish-events'), [altered]);
  const about = {
    eventType: 'OrderCreated',
    streamId: `order-${orderId}`,
    version: 1,
    correlationId: 'request-1',
  };
  logHops({ ...system.runtimeOf('publish-events'), hopLog: 'batch' }, 'published', 'publish', [{ about }]);
  await system.mappings.waitUntilIdle();
}

/** What the audit says where an event of this order has not arrived. */
function reportMissing(runtime: Runtime, orderId: string): void {
  const streamId = `order-${orderId}`;
  const missing = { streamId, version: 1, eventId: runtime.newId(), eventType: 'OrderCreated' } as const;
  const behind = [{ ...missing, missingAt: [{ consumer: 'order-view', reached: 0 }] }];
  const auditedTo = { first: new Date().toISOString(), second: new Date().toISOString() };
  report(runtime, { events: 1, streams: 1, behind, redelivered: 1, auditedTo });
}

const said = (message: string) => lines.filter((line) => line.message === message);

describe('The lines of a run through the whole path', () => {
  test('tell of everything that went wrong, and of all that went well', () => {
    const messages = new Set(lines.map(({ message }) => message));
    for (const message of [
      'request',
      'request failed',
      'appended',
      'not published',
      'published',
      'failed',
      'backoff not set',
      'handled',
      'dead letter not sent',
      'dead letter',
      'redriven',
      'redrive',
      'republished',
      'backfilled',
      'backfill',
    ]) {
      expect(messages).toContain(message);
    }
  });

  test('say of each event which it is, and on whose behalf', () => {
    const about = lines.filter(
      ({ message, events }) => !ABOUT_NO_EVENT.includes(message) && events === undefined,
    );
    // What lies in a poison message may not say it.
    const poison = about.filter(({ streamId }) => streamId === undefined);
    expect(new Set(poison.map(({ message }) => message))).toEqual(
      new Set(['dead letter not sent', 'backoff not set', 'dead letter', 'redriven']),
    );
    const rest = about.filter(({ streamId }) => streamId !== undefined);
    expect(rest.length).toBeGreaterThan(40);
    for (const line of rest) {
      expect(line).toMatchObject({
        eventType: expect.stringMatching(/^[A-Z]/),
        streamId: expect.stringMatching(
          /^(order|inventory|payment|customer|product|fraud-review|customs-declaration)-/,
        ),
        version: expect.any(Number),
        correlationId: expect.stringMatching(/.+/),
      });
    }
  });

  test('carry the correlation id of the request through every hop', () => {
    const { correlationId } = said('request').find((line) => line.function.endsWith('place-order')) ?? {};
    const hops = new Set(lines.filter((line) => line.correlationId === correlationId).map(({ hop }) => hop));
    expect([...hops].sort()).toEqual(expect.arrayContaining(['command', 'consumer', 'http', 'publish']));
    expect(said('request').every((line) => line.correlationId)).toBe(true);
    expect(said('request failed').every((line) => line.correlationId)).toBe(true);
  });

  test('say who speaks: function, trace, and the consumer where it is one', () => {
    for (const line of lines) {
      expect(line).toMatchObject({
        function: expect.stringMatching(/^orderstream-dev-/),
        xray_trace_id: TRACE,
        timestamp: expect.any(String),
      });
    }
    const byConsumers = lines.filter(({ hop }) => hop === 'consumer' || hop === 'dead-letter');
    expect(byConsumers.length).toBeGreaterThan(15);
    expect(byConsumers.filter((line) => line.function !== `orderstream-dev-${line.consumer}`)).toEqual([]);
    const commandsOfConsumers = said('appended').filter(({ consumer }) => consumer);
    expect(new Set(commandsOfConsumers.map(({ consumer }) => consumer))).toContain('inventory');
  });

  test('have every field that the saved queries ask for', async () => {
    const { Resources } = await compiledTemplate();
    const gateway = Resources.HttpApiStage?.Properties?.AccessLogSettings as { Format: string };
    const seen = new Set([...lines, JSON.parse(gateway.Format)].flatMap((line) => fieldsOf(line)));
    const queries = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Logs::QueryDefinition');
    expect(queries.length).toBeGreaterThan(4);
    const asked = queries.flatMap(({ Properties }) => fieldsOfQuery(String(Properties?.QueryString)));
    expect(new Set(asked).size).toBeGreaterThan(12);
    expect(asked.filter((field) => !seen.has(field))).toEqual([]);
  });
});

/** As Insights names them: `error.name`. */
const fieldsOf = (value: object, prefix = ''): string[] =>
  Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'object' && inner !== null ? fieldsOf(inner, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
