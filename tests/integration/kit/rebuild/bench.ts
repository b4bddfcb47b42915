import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll } from '@jest/globals';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type RebuildStatus, rebuild } from '#functions/operations/rebuild/rebuild.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { createProjectionConsumer } from '#kit/projections/projection-consumer.ts';
import { rebuildSteps } from '#kit/projections/rebuild/run-step.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterProjection } from '#tests/support/counter/views.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import type { Tables } from '#tests/support/tables.ts';

export interface Message {
  /** None of an event. */
  type?: string | undefined;
  body: string;
  receives: number;
  visibleAt: number;
}

type Send = (command: { input: never }) => Promise<unknown>;

/** Sees every call of an invocation, may hold it up, and may fail it; `pass` makes it. */
export type Interfere = (name: string, pass: () => Promise<unknown>, input: unknown) => Promise<unknown>;

/** The projection of the counters and the function that rebuilds it, over real tables, with a queue and a clock of the test's. */
export interface Bench {
  data: Tables;
  /** ms; only `advance`, sleeping and calls move it. */
  now(): number;
  advance(ms: number): void;
  queue: Message[];
  dead: Message[];
  /** Invokes the projection for one message, which leaves the queue if it was handled. A process is new unless given. */
  deliver(message: Message, process?: Process): Promise<void>;
  /** Delivers what is visible, what that brings included. */
  drain(interfere?: Interfere): Promise<void>;
  /** Invokes the function `rebuild`. */
  rebuild(action: string, more?: object, interfere?: Interfere): Promise<RebuildStatus>;
  /** Drives the work until it is in this phase (or gone); waits for delays and lost messages. */
  reach(phase: string | undefined, interfere?: Interfere): Promise<RebuildStatus>;
  process(interfere?: Interfere): Process;
  /** Stores these events and puts a message for each on the queue. */
  append(...events: StoredEvent[]): Promise<void>;
  /** Every item of the read model whose partition begins like that. */
  items(prefix: string): Promise<Record<string, unknown>[]>;
}

/** `startBench`; every one that it has started stops after the tests of the file. */
export function benchOpener(): typeof startBench {
  const opened: Bench[] = [];
  afterAll(() => {
    for (const { data } of opened) data.stop();
  });
  return async (options) => {
    const bench = await startBench(options);
    opened.push(bench);
    return bench;
  };
}

export type Process = (event: SQSEvent) => Promise<SQSBatchResponse>;

async function startBench({ tickMs = 1, propagationSeconds = 30 } = {}): Promise<Bench> {
  const data = await startCounters();
  let time = Date.parse('2026-11-24T12:00:00.000Z');
  const now = () => time;
  const advance = (ms: number) => {
    time += ms;
  };
  const queue: Message[] = [];
  const dead: Message[] = [];

  const sendSqs = async (name: string, input: Entry & { QueueUrl: string; Entries: Entry[] }) => {
    if (name === 'SendMessageCommand') {
      const type = input.MessageAttributes?.[MESSAGE_TYPE]?.StringValue;
      dead.push({ body: input.MessageBody, type, receives: 0, visibleAt: now() });
    }
    if (name === 'SendMessageBatchCommand') {
      for (const { MessageBody, MessageAttributes, DelaySeconds = 0 } of input.Entries) {
        const type = MessageAttributes?.[MESSAGE_TYPE]?.StringValue;
        queue.push({ body: MessageBody, type, receives: 0, visibleAt: now() + 1_000 * DelaySeconds });
      }
    }
    return {};
  };

  function runtime(CONSUMER: string, interfere: Interfere): Runtime {
    const client = (make: (name: string, command: { input: never }) => Promise<unknown>) => {
      const send: Send = (command) => {
        advance(tickMs);
        return interfere(
          command.constructor.name,
          () => make(command.constructor.name, command),
          command.input,
        );
      };
      return { send };
    };
    return data.runtime({
      now,
      sleep: async (ms) => advance(ms),
      dynamo: client((_, command) => data.dynamo.send(command as never)) as unknown as Runtime['dynamo'],
      sqs: client((name, { input }) => sendSqs(name, input)) as unknown as Runtime['sqs'],
      settings: {
        CONSUMER,
        QUEUE_URL: 'queue',
        DEAD_LETTER_QUEUE_URL: 'dead',
        RETRY_BASE_SECONDS: '0',
        PROPAGATION_SECONDS: String(propagationSeconds),
        CONSUMER_QUEUES: JSON.stringify({
          [counterProjection.name]: { queue: 'queue', deadLetters: 'dead' },
        }),
      },
    });
  }
  const calm: Interfere = (_, pass) => pass();
  const process = (interfere: Interfere = calm): Process => {
    const own = runtime(counterProjection.name, interfere);
    return createProjectionConsumer(own, counterProjection, rebuildSteps(own, counterProjection));
  };

  const bench: Bench = {
    data,
    now,
    advance,
    queue,
    dead,
    process,
    async deliver(message, invoke = process()) {
      message.receives++;
      message.visibleAt = now() + 120_000;
      const event = sqsEvent([], message.receives);
      const [record] = sqsEvent([{} as StoredEvent], message.receives).Records;
      const messageAttributes = message.type
        ? { [MESSAGE_TYPE]: { stringValue: message.type, dataType: 'String' as const } }
        : {};
      if (record) event.Records.push({ ...record, body: message.body, messageAttributes });
      const { batchItemFailures } = await invoke(event);
      if (batchItemFailures.length > 0) message.visibleAt = now();
      else if (queue.includes(message)) queue.splice(queue.indexOf(message), 1);
    },
    async drain(interfere) {
      for (;;) {
        const message = queue.find(({ visibleAt }) => visibleAt <= now());
        if (!message) return;
        await bench.deliver(message, process(interfere)).catch(() => undefined);
      }
    },
    rebuild: (action, more = {}, interfere = calm) =>
      rebuild(runtime('rebuild', interfere), { projection: counterProjection.name, action, ...more }),
    async reach(phase, interfere) {
      for (let round = 0; round < 100; round++) {
        await bench.drain(interfere);
        const status = await bench.rebuild('advance', {}, interfere);
        if (status.other?.phase === phase) return status;
        if (queue.length === 0) advance(61_000);
        else if (queue.every(({ visibleAt }) => visibleAt > now())) {
          advance(Math.min(...queue.map(({ visibleAt }) => visibleAt)) - now());
        }
      }
      throw new Error(`never ${phase}: ${JSON.stringify(await bench.rebuild('status'))}`);
    },
    async append(...events) {
      await data.store(events);
      for (const event of events) queue.push({ body: JSON.stringify(event), receives: 0, visibleAt: now() });
    },
    async items(prefix) {
      const { Items = [] } = await data.dynamo.send(
        new ScanCommand({
          TableName: data.runtime().setting('READ_MODEL_TABLE'),
          ConsistentRead: true,
        }),
      );
      return Items.filter(({ pk }) => pk.startsWith(prefix)).sort((a, b) => (a.pk < b.pk ? -1 : 1));
    },
  };
  return bench;
}

interface Entry {
  MessageBody: string;
  MessageAttributes?: { [MESSAGE_TYPE]?: { StringValue?: string } };
  DelaySeconds?: number;
}
