import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { type AwsApi, awsApi } from '#resources/local/emulators/aws-api.ts';
import {
  type Invoke,
  type Mappings,
  type StartMappingsOptions,
  startMappings,
} from '#resources/local/event-source-mapping/index.ts';
import { createStack, type Stack } from '#resources/local/stack/stack.ts';
import { sharedEmulators, uniquePrefix } from './emulators.ts';
import { eventSourceTemplate } from './event-source-template.ts';

export interface MappedStackOptions {
  /** Properties over those of the queue, its mapping, its function, the stream's mapping. */
  queue?: Record<string, unknown>;
  mapping?: Record<string, unknown>;
  consumer?: Record<string, unknown>;
  stream?: Record<string, unknown>;
  /** The function of the queue's mapping; without it that mapping does not run. */
  onMessages?: (event: SQSEvent, traceHeader: string) => unknown;
  /** The function of the stream's mapping; without it that mapping does not run. */
  onRecords?: (event: DynamoDBStreamEvent) => unknown;
  prefix?: string;
  start?: StartMappingsOptions;
}

export interface MappedStack {
  stack: Stack;
  api: AwsApi;
  mappings: Mappings;
  /** Every batch that a function was given, in order. */
  messageBatches: SQSEvent['Records'][];
  recordBatches: DynamoDBStreamEvent['Records'][];
  send(...bodies: string[]): Promise<string[]>;
  /** Puts items `{ streamId, version, n: position }`. */
  put(streamId: string, ...versions: number[]): Promise<void>;
  /** Messages in a queue, by state. */
  inspect(queue: string): Promise<{ ready: number; inFlight: number; bodies: string[] }>;
}

const running: Mappings[] = [];

/** A stack of its own on the shared emulators, with functions that the test gives. */
export async function mappedStack(options: MappedStackOptions): Promise<MappedStack> {
  const { onMessages, onRecords, prefix = uniquePrefix() } = options;
  const template = eventSourceTemplate(options);
  const stack = await createStack(template, { emulators: sharedEmulators(), prefix, stackName: 'orders' });
  const api = awsApi(stack.emulators);
  const messageBatches: SQSEvent['Records'][] = [];
  const recordBatches: DynamoDBStreamEvent['Records'][] = [];
  const functions: Record<string, Invoke | undefined> = {
    ReviewLambdaFunction:
      onMessages &&
      (async (event, traceHeader) => {
        messageBatches.push((event as SQSEvent).Records);
        return onMessages(event as SQSEvent, traceHeader);
      }),
    PublishLambdaFunction:
      onRecords &&
      (async (event) => {
        recordBatches.push((event as DynamoDBStreamEvent).Records);
        return onRecords(event as DynamoDBStreamEvent);
      }),
  };
  const mappings = startMappings(template, stack, (id) => functions[id], {
    backOffMs: () => 1,
    ...options.start,
  });
  running.push(mappings);

  return {
    stack,
    api,
    mappings,
    messageBatches,
    recordBatches,
    async send(...bodies) {
      const { Successful } = await api.sqs<{ Successful: { MessageId: string }[] }>('SendMessageBatch', {
        QueueUrl: stack.queues.ReviewQueue?.url,
        Entries: bodies.map((body, index) => ({ Id: String(index), MessageBody: body })),
      });
      return Successful.map(({ MessageId }) => MessageId);
    },
    async put(streamId, ...versions) {
      for (const version of versions) {
        await api.dynamodb('PutItem', {
          TableName: stack.tables.EventsTable?.name,
          Item: { streamId: { S: streamId }, version: { N: String(version) } },
        });
      }
    },
    async inspect(id) {
      const name = stack.queues[id]?.name;
      const response = await fetch(`${stack.emulators.sqs}/_fauxqs/queues/${name}`);
      const { messages } = (await response.json()) as {
        messages: Record<'ready' | 'delayed', { body: string }[]> & {
          inflight: { message: { body: string } }[];
        };
      };
      return {
        ready: messages.ready.length,
        inFlight: messages.inflight.length,
        bodies: [...messages.ready, ...messages.inflight.map(({ message }) => message)].map(
          ({ body }) => body,
        ),
      };
    },
  };
}

/** For `afterAll`: stops the mappings of every stack of the test file. */
export async function stopMappedStacks(): Promise<void> {
  await Promise.all(running.splice(0).map((mappings) => mappings.stop()));
}

/** What the records are about: `a@1`. */
export const keysOf = (records: DynamoDBStreamEvent['Records']): string[] =>
  records.map(({ dynamodb }) => `${dynamodb?.Keys?.streamId?.S}@${dynamodb?.Keys?.version?.N}`);

/** A report that names these sequence numbers or message ids. */
export const failing = (...identifiers: (string | undefined)[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});
