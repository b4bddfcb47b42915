import { randomUUID } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as notifications from '../../functions/consumers/notifications/handler.ts';
import { createSesSender } from '../../functions/consumers/notifications/ses-sender.ts';
import * as rebuild from '../../functions/operations/rebuild/handler.ts';
import { failureMetadata, type GivenUpBatch } from '../../resources/local/event-source-mapping/on-failure.ts';
import type { Template } from '../../resources/local/stack/template.ts';
import type { Runtime, RuntimeParts } from '../../shared/config/runtime.ts';
import type { DomainEvent } from '../../shared/domain/events.ts';
import { newAggregateId } from '../../shared/http/command.ts';
import type { ProjectionName } from '../../shared/read-model/generations.ts';
import { moveOn } from '../../shared/rebuild/checkpoint.ts';
import { CallRecord, rightsFor } from '../support/aws-calls.ts';
import { type Compiled, compile, compiledTemplate } from '../support/compiled-template.ts';
import { eventually } from '../support/eventually.ts';
import { httpEvent, type Sent } from '../support/http-send.ts';
import { functionsOf, roleFindings, roleIdOf, statementsOf } from '../support/role-rights.ts';
import { sqsEvent } from '../support/sqs-event.ts';
import { orderStream } from '../support/streams.ts';
import { type System, startSystem } from '../support/system.ts';
import { put } from './operations/queues.ts';

// Every function is led along every path on which it calls AWS, among them those that only failures take, and its
// calls are held against its role in the template: a right that is missing is a failure, and so is one too many.

const SCOPE = 'orders:manage payments:write inventory:write audit:read';
const TODAY = new Date().toISOString().slice(0, 10);

/** While this is set, no consumer reaches what its effect is written to. */
let outage = true;
let system: System;
let template: Template;
/** Of a stage that sends mail by SES. */
let staging: Compiled;
const called = new CallRecord();

/** Clients that write down what the function calls before they pass it on. */
function recording(name: string, fails: () => boolean = () => false): RuntimeParts {
  const client = (service: 'dynamo' | 'sns' | 'sqs') => ({
    send: async (command: { input: { TableName?: string } }) => {
      called.add(name, rightsFor(command, system.stack));
      // A notification is begun and then fails: its begin has to be taken back.
      const isMarker = command.input.TableName === system.stack.tables.IdempotencyTable?.name;
      if (service === 'dynamo' && fails() && !isMarker) throw new Error('an outage');
      return (system[service] as { send(command: unknown): Promise<unknown> }).send(command);
    },
  });
  return {
    dynamo: client('dynamo') as unknown as Runtime['dynamo'],
    sns: client('sns') as unknown as Runtime['sns'],
    sqs: client('sqs') as unknown as Runtime['sqs'],
    sleep: async () => undefined,
  };
}

beforeAll(async () => {
  template = await compiledTemplate();
  const compiling = compile('staging');
  const consumers = new Set(queuesOf('DeadLetters').map(([consumer]) => consumer));
  system = await startSystem({
    parts: (name) => recording(name, () => outage && consumers.has(name)),
    // Once is a retry, twice is for good.
    settings: { MAX_RECEIVE_COUNT: '2' },
  });
  await everyPath();
  staging = await compiling;
}, 60_000);
afterAll(() => Promise.all([system.stop(), staging.remove()]));

/** [consumer, URL] */
const queuesOf = (suffix: 'Queue' | 'DeadLetters'): [string, string][] =>
  Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    Type === 'AWS::SQS::Queue' && id.endsWith(suffix)
      ? [
          [
            String(Properties?.QueueName).replace(/^orderstream-dev-|-dead-letters$/g, ''),
            system?.stack.queues[id]?.url ?? '',
          ],
        ]
      : [],
  );

async function http(name: string, sent: Sent, status = 2) {
  const answer = await system.invoke(name, httpEvent({ scope: SCOPE, ...sent }));
  const { statusCode, body } = answer as { statusCode: number; body: string };
  expect([name, Math.floor(statusCode / 100), body]).toEqual([name, status, expect.any(String)]);
  return JSON.parse(body);
}

const order = {
  items: [
    { sku: 'TRACKED', name: 'Laptop', quantity: 1, unitPrice: 2_000 },
    { sku: 'UNTRACKED', name: 'Bag', quantity: 1, unitPrice: 1 },
  ],
  shippingAddress: { line1: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' },
};

async function everyPath(): Promise<void> {
  const orderId = await commandsInAnOutage();
  await viewsWithGaps();
  await system.mappings.settled();
  outage = false;
  await Promise.all([deadLettersAndBack(), republishing(orderId)]);
  await commandsOnWhatIsThere(orderId);
  await queries(orderId);
  await Promise.all([rebuilding('order-view'), rebuilding('stock-view')]);
}

/** Every consumer is sent something, and fails for good. */
async function commandsInAnOutage(): Promise<string> {
  const customer = { name: 'Ada', email: 'ada@example.com' };
  await http('register-customer', { body: customer });
  await http('register-customer', { body: customer }, 4);
  await http('receive-stock', { params: { sku: 'TRACKED' }, body: { quantity: 5 } });
  const { orderId } = await http('place-order', { body: order });
  await http('record-payment', {
    body: { orderId, amount: 2_001, reference: `ref-${orderId}`, outcome: 'captured' },
  });
  return orderId;
}

/** A message whose predecessors never came: healthy consumers on streams of which the others have seen nothing. */
async function viewsWithGaps(): Promise<void> {
  const deliver = async (consumer: string, event: DomainEvent | undefined) => {
    const path = `../../functions/projections/${consumer}/handler.ts`;
    const { createHandler } = await import(path);
    const handler = createHandler(system.runtimeOf(consumer, recording(consumer)));
    if (!event) throw new Error('no event to deliver');
    expect(await handler(sqsEvent([event]))).toEqual({ batchItemFailures: [] });
  };
  const life = orderStream(randomUUID(), 'ada', new Date().toISOString(), 2);
  for (const { eventType, aggregateId, data } of life) {
    await system.invoke('emit-event', { eventType, aggregateId, data });
  }
  await deliver('order-view', life.at(-1));
  for (const quantity of [1, 2]) await http('receive-stock', { params: { sku: 'GAP' }, body: { quantity } });
  const { events } = await http('list-events', { query: { type: 'StockReceived' } });
  await deliver(
    'stock-view',
    events.find((event: DomainEvent) => event.streamId === 'inventory-GAP' && event.version === 2),
  );
}

async function deadLettersAndBack(): Promise<void> {
  const consumers = queuesOf('DeadLetters').map(([consumer]) => consumer);
  const { deadLetters } = (await system.invoke('dead-letters', {})) as {
    deadLetters: { consumer: string }[];
  };
  const dead = new Set(deadLetters.map(({ consumer }) => consumer));
  expect([...dead].sort()).toEqual([...consumers].sort());
  for (const dryRun of [true, false]) {
    await Promise.all(consumers.map((consumer) => system.invoke('redrive', { consumer, dryRun })));
  }
  await system.mappings.settled();
}

async function commandsOnWhatIsThere(orderId: string): Promise<void> {
  const params = { orderId };
  await http('rename-customer', { params: { customerId: 'ada' }, body: { name: 'Ada L.' } });
  await http('ship-order', { params, body: { carrier: 'UPS', trackingNumber: '1Z' } });
  await http('deliver-order', { params, body: {} });
  const other = await http('place-order', { body: order });
  await http('cancel-order', { params: { orderId: other.orderId }, body: { reason: 'changed my mind' } });
  const declined = { orderId, amount: 2_001, reference: `two-${orderId}`, outcome: 'captured' };
  const { paymentId } = await http('record-payment', { body: declined });
  await http('refund-payment', { params: { paymentId }, body: { reason: 'twice' } });

  // Its stream is there before it is placed: only an event by hand can do that, and the command has to find it.
  const caller = { userId: 'ada', scopes: [], can: () => true };
  const taken = newAggregateId(system.runtimeOf('place-order'), 'order', { caller, idempotencyKey: 'taken' });
  const [created] = orderStream(taken, 'ada', new Date().toISOString(), 1);
  await system.invoke('emit-event', {
    eventType: 'OrderCreated',
    aggregateId: taken,
    data: created?.data,
  });
  await http('place-order', { body: order, headers: { 'idempotency-key': 'taken' } }, 4);
  await system.mappings.settled();
}

async function queries(orderId: string): Promise<void> {
  const params = { orderId };
  await http('get-order', { params });
  await http('get-order', { params, query: { asOf: new Date().toISOString() } });
  await http('get-order-events', { params, query: { limit: '1' } });
  await http('list-customer-orders', { params: { customerId: 'ada' }, query: { status: 'delivered' } });
  await http('list-orders', { query: { limit: '1' } });
  await http('list-events', { query: { type: 'OrderCreated', limit: '1' } });
  await http('get-sales', { query: { from: TODAY, to: TODAY } });
  await http('get-stock', { params: { sku: 'TRACKED' } });
  await http('list-fraud-reviews', {});
  await http('list-customs-declarations', {});
  await http('list-notifications', { query: { orderId } });
  await http('health', {});
}

/** There and back, with a step that fails and one that is lost. */
async function rebuilding(projection: ProjectionName): Promise<void> {
  const call = async (action: string, parts: RuntimeParts = {}) => {
    const runtime = system.runtimeOf('rebuild', { ...recording('rebuild'), ...parts });
    return rebuild.createHandler(runtime)({ projection, action, segments: 1 });
  };
  const reach = (phase: string | undefined) =>
    eventually(async () => expect((await call('advance')).other?.phase).toBe(phase));

  const late = { settings: { SETTLE_SECONDS: '900' } };
  const { other } = await call('start', late);
  const { createHandler } = await import(`../../functions/projections/${projection}/handler.ts`);
  const record = recording(projection);
  const send = async (command: object) => {
    if (command.constructor.name === 'ScanCommand') throw new Error('an outage');
    return record.dynamo?.send(command as never);
  };
  const segment = { projection, generation: other?.generation ?? 0, phase: 'filling' as const, segment: 0 };
  const deliver = async (receiveCount: number, parts: RuntimeParts) => {
    const event = sqsEvent([{} as DomainEvent], receiveCount);
    for (const one of event.Records) one.body = JSON.stringify({ step: { ...segment, number: 0 } });
    return createHandler(system.runtimeOf(projection, { ...record, ...parts }))(event);
  };
  expect((await deliver(1, { dynamo: { send } as never })).batchItemFailures).toHaveLength(1);
  // As a crash leaves it that comes between the checkpoint and the next step, which is lost again.
  const tally = { scanned: 0, done: 0, repaired: 0, differing: 0, examples: [], ended: false };
  await moveOn(system.runtimeOf(projection), segment, 0, tally);
  const lose = async (command: object) => called.add(projection, rightsFor(command, system.stack)) ?? {};
  expect((await deliver(2, { sqs: { send: lose } as never })).batchItemFailures).toEqual([]);
  await call('advance', { ...late, now: () => Date.now() + 1_000_000 });

  await reach('ready');
  await call('switch');
  await call('drop', { settings: { SETTLE_SECONDS: '0' } });
  await reach(undefined);
}

async function republishing(orderId: string): Promise<void> {
  await system.invoke('republish', { stream: `order-${orderId}` });
  const url = system.stack.queues.PublisherFailures?.url ?? '';
  const batch: GivenUpBatch = {
    records: [{ dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: Date.now() / 1_000 } }],
    condition: 'RetryAttemptsExhausted',
    invocations: 1,
    shardId: 'shard-1',
    streamArn: 'arn:stream',
    functionArn: 'arn:function',
    functionError: 'Unhandled',
  };
  await put(system.sqs, url, JSON.stringify(failureMetadata(batch)));
  expect(await system.invoke('republish', { publisherFailures: true })).toMatchObject({
    publisherFailures: { settled: 1 },
  });
}

describe('The role of every function', () => {
  test('grants what the function calls, and nothing else', () => {
    expect(roleFindings(template, system.stack, called)).toEqual([]);
  });

  test('is found wanting for a right too few, and for one too many', () => {
    const broken = structuredClone(template);
    const statementOf = (name: string) => {
      const lambda = functionsOf(broken).find((one) => one.name === name)?.resource;
      const [statement] = statementsOf(broken.Resources[lambda ? (roleIdOf(lambda) ?? '') : '']);
      if (!statement) throw new Error(`${name} has no statement`);
      return statement;
    };
    statementOf('place-order').Action = ['dynamodb:PutItem', 'dynamodb:DeleteItem'];
    const { EventsTable } = system.stack.tables;
    statementOf('get-stock').Resource = '*';
    const { ReadModelTable } = system.stack.tables;
    expect(roleFindings(broken, system.stack, called)).toEqual([
      `place-order may not dynamodb:Query on ${EventsTable?.arn}`,
      `place-order never does dynamodb:DeleteItem on ${EventsTable?.arn}`,
      `get-stock may not dynamodb:GetItem on ${ReadModelTable?.arn}`,
      'get-stock never does dynamodb:GetItem on *',
    ]);
  });

  test('lets notifications send mail as its own identity where the stage sends by SES, and there only', async () => {
    const mailing = functionsOf(staging.template).filter(({ resource }) =>
      JSON.stringify(staging.template.Resources[roleIdOf(resource) ?? '']).includes('ses:'),
    );
    expect(mailing.map(({ name }) => name)).toEqual(['notifications']);
    const findings = roleFindings(staging.template, system.stack, await recordOfMailing());
    expect(findings.filter((finding) => finding.startsWith('notifications '))).toEqual([]);
  });
});

/** What notifications calls where it sends by SES: what the scenario saw, less what the local sender writes. */
async function recordOfMailing(): Promise<CallRecord> {
  const mailing = new CallRecord();
  const readModel = system.stack.tables.ReadModelTable?.arn;
  mailing.add(
    'notifications',
    called.of('notifications').filter(({ resource }) => resource !== readModel),
  );
  const client = {
    async send(command: object) {
      mailing.add('notifications', rightsFor(command, system.stack));
      return {};
    },
  };
  const runtime = system.runtimeOf('notifications', recording('notifications'));
  const handler = notifications.createHandler(runtime, (given) =>
    createSesSender(given, async () => client as never),
  );
  const [created] = orderStream(randomUUID(), 'ada', new Date().toISOString(), 1);
  const context = { getRemainingTimeInMillis: () => 20_000 };
  await handler(sqsEvent([created as DomainEvent]), context);
  return mailing;
}

test('No function makes a client of its own, which would call past this record', async () => {
  const root = resolve(import.meta.dirname, '../..');
  const making: string[] = [];
  for await (const path of glob('{functions,shared}/**/*.ts', { cwd: root })) {
    if (/\bnew \w+Client\(/.test(await readFile(resolve(root, path), 'utf8'))) making.push(path);
  }
  expect(making.sort()).toEqual([
    'functions/consumers/notifications/ses-sender.ts',
    'shared/config/runtime.ts',
  ]);
});
