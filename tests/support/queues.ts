import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Application } from '#kit/config/application.ts';
import { createRuntime, type Runtime, type RuntimeParts } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { sendToDeadLetters } from '#kit/messaging/send-dead-letter.ts';
import { awsApi } from '#resources/local/emulators/aws-api.ts';
import { createQueue } from '#resources/local/stack/queues.ts';
import { accountId } from '#resources/local/stack/template.ts';
import { sharedEmulators, uniquePrefix } from './emulators.ts';
import { noMetrics } from './no-metrics.ts';
import { silentLogger } from './silent-logger.ts';
import { sqsEvent } from './sqs-event.ts';

export interface Queues<Consumer extends string> {
  sqs: SQSClient;
  urls: Record<Consumer, { queue: string; deadLetters: string }>;
  failures: string;
  runtime(parts?: RuntimeParts): Runtime;
  /** What a consumer does with a message that it gives up on. */
  bury(consumer: Consumer, body: StoredEvent | string, error: Error): Promise<void>;
  stop(): void;
}

/** The queues of these consumers and the publisher's failures, and nothing else of the stack. */
export async function startQueues<Consumer extends string>(
  application: Application,
  consumers: readonly Consumer[],
): Promise<Queues<Consumer>> {
  const emulators = sharedEmulators();
  const prefix = uniquePrefix();
  const api = awsApi(emulators);
  const create = async (name: string) => {
    const url = `${emulators.sqs}/${accountId}/${prefix}${name}`;
    await createQueue(api, `${prefix}${name}`, url, {});
    return url;
  };
  const both = async (name: string) => ({
    queue: await create(name),
    deadLetters: await create(`${name}-dead-letters`),
  });
  const entries = await Promise.all(consumers.map(async (name) => [name, await both(name)] as const));
  const urls = Object.fromEntries(entries) as Queues<Consumer>['urls'];
  const failures = await create('publisher-failures');
  const sqs = new SQSClient({
    region: emulators.region,
    endpoint: emulators.sqs,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const runtime = (parts: RuntimeParts = {}) =>
    createRuntime(application, {
      sqs,
      logger: silentLogger(),
      metrics: noMetrics,
      ...parts,
      settings: {
        CONSUMER_QUEUES: JSON.stringify(urls),
        PUBLISHER_FAILURES_URL: failures,
        ...parts.settings,
      },
    });
  return {
    sqs,
    urls,
    failures,
    runtime,
    async bury(consumer, body, error) {
      const [record] = sqsEvent([body as StoredEvent], 5).Records;
      if (!record) throw new Error('one event is one record');
      const settings = { CONSUMER: consumer, DEAD_LETTER_QUEUE_URL: urls[consumer].deadLetters };
      const text = typeof body === 'string' ? body : record.body;
      await sendToDeadLetters(runtime({ settings }), { ...record, body: text }, error);
    },
    stop: () => sqs.destroy(),
  };
}

/** How many messages the queue has: visible ones, and those in flight. */
export async function countOf(sqs: SQSClient, url: string): Promise<{ visible: number; hidden: number }> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Takes everything that is visible at this moment; it stays hidden for `seconds`. */
export async function takeAll(sqs: SQSClient, url: string, seconds = 0): Promise<Message[]> {
  const { visible } = await countOf(sqs, url);
  const taken = new Map<string, Message>();
  while (taken.size < visible) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: Math.max(seconds, 30),
        MessageAttributeNames: ['All'],
      }),
    );
    for (const message of Messages) taken.set(message.MessageId ?? '', message);
  }
  return [...taken.values()];
}

export const put = (sqs: SQSClient, url: string, body: string, attributes: Record<string, string> = {}) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: url,
      MessageBody: body,
      MessageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
      ),
    }),
  );

type Send = (command: { input: unknown }) => Promise<unknown>;

/** A client that hands every call to `interfere`, which may pass it on. */
export function faulty(
  sqs: SQSClient,
  interfere: (name: string, command: { input: never }, pass: () => Promise<unknown>) => Promise<unknown>,
): Runtime['sqs'] {
  const send: Send = (command) =>
    interfere(command.constructor.name.replace(/Command$/, ''), command as { input: never }, () =>
      sqs.send(command as never),
    );
  return { send } as unknown as Runtime['sqs'];
}
