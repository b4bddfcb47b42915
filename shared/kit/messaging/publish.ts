import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { batchesOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { PublishableEvent } from '#kit/event-store/event-item.ts';
import { logHops } from '#kit/observability/hops.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { MAX_MESSAGE_BYTES, type OutgoingMessage, toMessage } from './outgoing-message.ts';

/** What became of events that were not published, by `eventId`. */
export interface Unpublished {
  /** May be published later: the topic was not there, or said that the fault was its own. */
  failed: Set<string>;
  /** Can never be published as they are: skipped, and reported (metric EventsRefused and a line in the log). */
  refused: Set<string>;
}

/** With these codes SNS says that it is the message that is wrong; the rest of its batch is not. */
const MESSAGE_FAULTS = new Set([
  'InvalidParameter',
  'InvalidParameterException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
  'ParameterValueInvalid',
  'BatchRequestTooLong',
  'BatchRequestTooLongException',
]);

/**
 * Publishes to the topic, up to 10 messages a call, the calls at the same time. At least once, in no order. Whatever
 * one event is, only that event is refused. Each is one line in the log, whatever became of it.
 */
export async function publish(runtime: Runtime, events: readonly PublishableEvent[]): Promise<Unpublished> {
  const unpublished: Unpublished = { failed: new Set(), refused: new Set() };
  const messages = events.flatMap((event) => {
    try {
      return toMessage(runtime, event);
    } catch (error) {
      refuse(
        runtime,
        unpublished,
        { id: event.eventId, about: logContextOf(event) },
        { error: error as Error },
      );
      return [];
    }
  });
  const chunks = batchesOf(messages, ({ bytes }) => bytes, MAX_MESSAGE_BYTES);
  await Promise.all(chunks.map((chunk) => publishChunk(runtime, chunk, unpublished)));
  const { failed, refused } = unpublished;
  const published = messages.filter(({ id }) => !failed.has(id) && !refused.has(id));
  logHops(runtime, 'published', 'publish', published);
  if (failed.size > 0) runtime.metrics.count('PublishFailures', failed.size);
  if (refused.size > 0) runtime.metrics.count('EventsRefused', refused.size);
  return unpublished;
}

async function publishChunk(
  runtime: Runtime,
  chunk: readonly OutgoingMessage[],
  unpublished: Unpublished,
): Promise<void> {
  try {
    const { Failed = [] } = await runtime.sns.send(
      new PublishBatchCommand({
        TopicArn: runtime.setting('TOPIC_ARN'),
        PublishBatchRequestEntries: chunk.map(({ body, attributes }, index) => ({
          Id: String(index),
          Message: body,
          MessageAttributes: attributes,
        })),
      }),
    );
    for (const { Id, Code, Message, SenderFault } of Failed) {
      const message = chunk[Number(Id)];
      if (!message) throw new Error(`SNS reports an entry ${Id} that was not sent`);
      const why = { code: Code, reason: Message, SenderFault };
      if (SenderFault && MESSAGE_FAULTS.has(Code ?? '')) refuse(runtime, unpublished, message, why);
      else fail(runtime, unpublished, message, why);
    }
  } catch (error) {
    const [only] = chunk;
    const isMessageFault = error instanceof Error && MESSAGE_FAULTS.has(error.name);
    if (isMessageFault && only && chunk.length === 1) {
      refuse(runtime, unpublished, only, { error });
    } else if (isMessageFault) {
      // One of them is at fault, and the others shall not wait for it.
      await Promise.all(chunk.map((message) => publishChunk(runtime, [message], unpublished)));
    } else {
      for (const message of chunk) fail(runtime, unpublished, message, { error: error as Error });
    }
  }
}

type Named = Pick<OutgoingMessage, 'id' | 'about'>;

function fail(
  runtime: Runtime,
  { failed }: Unpublished,
  { id, about }: Named,
  why: Record<string, string | boolean | Error | undefined>,
): void {
  failed.add(id);
  runtime.logger.warn('not published', { ...about, ...why });
}

function refuse(
  runtime: Runtime,
  { refused }: Unpublished,
  { id, about }: Named,
  why: Record<string, string | boolean | Error | undefined>,
): void {
  refused.add(id);
  runtime.logger.error('event refused', { hop: 'publish', ...about, ...why });
}
