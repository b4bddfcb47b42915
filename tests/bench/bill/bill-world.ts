import { setImmediate } from 'node:timers/promises';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { application } from '#application';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import type { HttpResult } from '#kit/http/response.ts';
import { createLogger } from '#kit/observability/logger.ts';
import { createRedactor } from '#kit/observability/redaction.ts';
import { readBatchReport } from '#resources/local/event-source-mapping/batch-report.ts';
import type { MappingProperties } from '#resources/local/event-source-mapping/mapping.ts';
import { sqsRecord } from '#resources/local/event-source-mapping/sqs-record.ts';
import type { Table } from '#tests/properties/fakes/table.ts';
import type { Deployment } from '#tests/properties/simulator/deployment.ts';
import { randomOf, seededIds } from '#tests/properties/simulator/random.ts';
import { tableOf } from '#tests/properties/simulator/virtual-tables.ts';
import { httpEvent, parsed, type Sent } from '#tests/support/http-event.ts';
import { type AccessLog, accessLogOf } from './access-log.ts';
import { withCapturedOutput } from './captured-output.ts';
import type { Design } from './designs.ts';
import { Meter } from './meter.ts';
import { MeteredAws } from './metered-aws.ts';
import { assumptions } from './prices.ts';
import { type Route, readRoutes } from './routes.ts';

/** The stage's day begins here; every run has the same times and ids, so its counts are the same. */
const START = Date.parse('2026-11-16T08:00:00.000Z');

type Handler = (event: unknown, context: unknown) => Promise<unknown>;

interface Running {
  name: string;
  /** Calls under way, and how often there were some after there were none: what is asked at once is waited for once. */
  open: number;
  rounds: number;
}

/**
 * The compiled stack in memory, whose every call is counted: DynamoDB, SNS and SQS at the edge of the SDK, receives, deletes and invocations
 * where the event source mappings make them, and the log. Batches are as full as they can be, or of one message.
 */
export class BillWorld {
  readonly meter = new Meter();
  readonly #deployment: Deployment;
  readonly #design: Design;
  readonly #events: Table;
  readonly #aws: MeteredAws;
  readonly #routes: Route[];
  readonly #accessLog: AccessLog;
  readonly #published: number[];
  readonly #random = randomOf(1, 'bill');
  readonly #handlers = new Map<
    string,
    { run: Handler; running: Running; memoryGb: number; traced: boolean }
  >();
  #now = START;
  #requests = 0;

  constructor(deployment: Deployment, design: Design) {
    this.#deployment = deployment;
    this.#design = design;
    const tables = deployment
      .ofType<Parameters<typeof tableOf>[1]>('AWS::DynamoDB::Table')
      .map(([id, properties]) => tableOf(id, properties, () => this.#now));
    this.#events = tables.find(({ shape }) => shape.hash === 'streamId') as Table;
    this.#published = this.#events.shards.map(() => 0);
    this.#routes = readRoutes(deployment);
    this.#accessLog = accessLogOf(deployment);
    const { meter } = this;
    const eventsTable = this.#events.shape.name;
    const now = () => this.#now;
    this.#aws = new MeteredAws({ meter, design, tables, eventsTable, routes: this.#routes, now });
  }

  get now(): number {
    return this.#now;
  }

  has(name: string): boolean {
    return this.#deployment.functions.has(name);
  }

  /** A request to the API. */
  async request(name: string, sent: Sent): Promise<ReturnType<typeof parsed>> {
    this.#now += 50;
    const event = httpEvent({
      ...sent,
      headers: { 'idempotency-key': `key-${++this.#requests}`, ...sent.headers },
    });
    const { requestContext } = event as APIGatewayProxyEventV2;
    const routeKey = this.#routeOf(name);
    const requestId = `Zr8qJh${String(this.#requests).padStart(9, '0')}=`;
    Object.assign(event, { routeKey, rawPath: '/' });
    Object.assign(requestContext, { requestId });
    this.meter.add('HTTP API', 'httpRequest');
    const result = (await this.#invoke(name, event)) as HttpResult;
    const answer = parsed(result);
    const line = this.#accessLog({ requestId, routeKey, status: answer.status });
    this.meter.add('logs, access log', 'logKilobyte', Buffer.byteLength(line) / 1e3);
    return answer;
  }

  /** Invokes a function that a schedule invokes, and answers what it answers. */
  async schedule(name: string, event: object = {}): Promise<unknown> {
    const answer = await this.#invoke(name, event);
    await this.settle();
    return answer;
  }

  advance(ms: number): void {
    this.#now += ms;
  }

  /** Until every event has gone all its ways, and no batching window is open any more. */
  async settle(): Promise<void> {
    await this.#work();
    if (this.#routes.every(({ waiting }) => waiting.length === 0)) return;
    this.#now += Math.max(...this.#routes.map(({ windowMs }) => windowMs));
    await this.settle();
  }

  /** So much time passes, and all is done in it but what waits in a batching window. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#work();
    this.#now = Math.max(this.#now, until);
    await this.#work();
  }

  async #work(): Promise<void> {
    for (let busy = true; busy; ) {
      busy = await this.#publish();
      for (const route of this.#routes) busy = (await this.#drain(route)) || busy;
    }
  }

  async #publish(): Promise<boolean> {
    const [[, mapping] = []] = this.#deployment
      .ofType<MappingProperties>('AWS::Lambda::EventSourceMapping')
      .filter(([, { EventSourceArn }]) => EventSourceArn.endsWith('/stream'));
    const size = this.#design.batches === 'full' ? (mapping?.BatchSize ?? 100) : 1;
    const fresh = this.#events.shards.flatMap((log, shard) => log.slice(this.#published[shard]));
    for (const [shard, log] of this.#events.shards.entries()) this.#published[shard] = log.length;
    for (let from = 0; from < fresh.length; from += size) {
      const Records = fresh.slice(from, from + size).map(({ sequenceNumber, item }) => ({
        eventID: sequenceNumber,
        eventName: 'INSERT',
        eventSource: 'aws:dynamodb',
        dynamodb: { SequenceNumber: sequenceNumber, NewImage: marshall(item) },
      }));
      this.#now += 100;
      await this.#invoke(this.#deployment.functionOf(mapping?.FunctionName ?? ''), { Records });
    }
    return fresh.length > 0;
  }

  async #drain(route: Route): Promise<boolean> {
    const { consumer, waiting, queueArn } = route;
    const [first] = waiting;
    if (!first) return false;
    const { batches } = this.#design;
    const size = batches === 'full' || (batches === 'windowed' && route.windowMs > 0) ? route.batchSize : 1;
    const isOpen =
      batches === 'windowed' && waiting.length < size && this.#now < first.since + route.windowMs;
    if (isOpen) return false;
    const batch = waiting.splice(0, size);
    this.#now += 100;
    const iso = String(this.#now);
    const Records = batch.map(({ body, attributes }, index) =>
      sqsRecord(
        {
          MessageId: `${consumer}-${this.#now}-${index}`,
          ReceiptHandle: String(index),
          Body: body,
          MD5OfBody: '',
          MessageAttributes: attributes,
          Attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: iso,
            ApproximateFirstReceiveTimestamp: iso,
            SenderId: 'bill',
          },
        },
        queueArn,
      ),
    );
    const result = await this.#invoke(consumer, { Records });
    const report = readBatchReport(
      result,
      Records.map(({ messageId }) => messageId),
    );
    const failed = report.kind === 'partial' ? report.failed : new Set<string>();
    if (report.kind === 'failure') throw new Error(`${consumer} failed: ${JSON.stringify(result)}`);
    for (const [index, { messageId }] of Records.entries()) {
      const message = batch[index];
      if (message && failed.has(messageId)) waiting.push(message);
    }
    // Where messages come one by one, each is a receive of its own, also within a window.
    const receives = batches === 'full' ? Math.ceil(batch.length / 10) : batch.length;
    this.meter.add('SQS, receive and delete', 'sqsRequest', receives + Math.ceil(batch.length / 10));
    return true;
  }

  async #invoke(name: string, event: object): Promise<unknown> {
    const { run, running, memoryGb, traced } = this.#handlerOf(name);
    running.rounds = 0;
    const context = { functionName: name, awsRequestId: name, getRemainingTimeInMillis: () => 20_000 };
    const isHttp = 'requestContext' in event;
    const answer = await withCapturedOutput(
      (text) => this.meter.add('logs, functions', 'logKilobyte', Buffer.byteLength(text) / 1e3),
      async () => {
        for (const call of this.#design.around?.(name, event) ?? []) await this.#call(name, running, call);
        return run(event, isHttp ? {} : context);
      },
    );
    this.meter.add('Lambda, requests', 'invocation');
    const { Records = [] } = event as { Records?: unknown[] };
    const ms = assumptions.workMs + running.rounds * assumptions.callMs;
    this.meter.did(name, Records.length, ms);
    this.meter.add('Lambda, duration', 'gigabyteSecond', (ms / 1_000) * memoryGb);
    if (this.#design.systemLogs) {
      this.meter.add('logs, START, END and REPORT', 'logKilobyte', assumptions.systemLogBytes / 1e3);
    }
    if (traced) {
      const { load, trickle } = assumptions.sampled;
      this.meter.add('X-Ray', 'trace', this.#design.batches === 'full' ? load : trickle);
    }
    return answer;
  }

  #handlerOf(name: string) {
    const found = this.#handlers.get(name);
    if (found) return found;
    const target = this.#deployment.functions.get(name);
    if (!target) throw new Error(`no function is called ${name}`);
    const running: Running = { name, open: 0, rounds: 0 };
    const settings = {
      ...this.#deployment.settingsOf(target.logicalId),
      AWS_LAMBDA_FUNCTION_NAME: `orderstream-dev-${name}`,
    };
    const send = { send: (command: object) => this.#call(name, running, command) };
    const runtime = createRuntime(application, {
      settings,
      now: () => this.#now,
      random: this.#random.next,
      sleep: async () => undefined,
      dynamo: send as unknown as Runtime['dynamo'],
      sns: send as unknown as Runtime['sns'],
      sqs: send as unknown as Runtime['sqs'],
      logger: createLogger(application.name, settings, createRedactor(application.personalAggregates)),
    });
    runtime.newId = seededIds(() => this.#now, this.#random);
    const create = target.createHandler as unknown as (runtime: Runtime) => Handler;
    const run = create(runtime);
    const [, properties] =
      this.#deployment
        .ofType<{ MemorySize?: number; TracingConfig?: { Mode: string } }>('AWS::Lambda::Function')
        .find(([id]) => id === target.logicalId) ?? [];
    const made = {
      run,
      running,
      memoryGb: (properties?.MemorySize ?? 128) / 1024,
      traced: properties?.TracingConfig?.Mode === 'Active',
    };
    this.#handlers.set(name, made);
    return made;
  }

  async #call(name: string, running: Running, command: object): Promise<unknown> {
    if (running.open === 0) running.rounds++;
    running.open++;
    try {
      await setImmediate();
      return this.#aws.perform(name, this.#design.rewrite?.(command) ?? command);
    } finally {
      running.open--;
    }
  }

  #routeOf(name: string): string {
    return `POST /${name}/{parameter}`;
  }
}
