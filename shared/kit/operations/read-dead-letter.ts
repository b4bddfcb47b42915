import type { Message } from '@aws-sdk/client-sqs';
import { fromJson } from '#kit/config/from-json.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { fingerprint } from '#kit/messaging/send-dead-letter.ts';
import { parseLogContext } from '#kit/observability/log-context.ts';
import type { DeadLetter } from './dead-letter.ts';

/** What stands for the reason of a message that SQS itself (or SNS, for its subscription) put there. */
const NO_REASON = 'NoReason';
const NO_REASON_MESSAGE =
  'moved by SQS after its last receive: the consumer crashed or timed out; or SNS could not deliver it';

/** Reads whatever lies there, poison included; of what cannot be told, nothing is said. */
export function readDeadLetter(runtime: Runtime, consumer: string, message: Message): DeadLetter {
  const text = (name: string) => message.MessageAttributes?.[name]?.StringValue;
  const errorName = text('errorName');
  const receiveCount = text('receiveCount');
  const { streamId, version, eventType, correlationId } = parseLogContext(message.Body ?? '');
  const letter: Undefinable<DeadLetter> = {
    messageId: message.MessageId ?? '',
    consumer,
    errorName: errorName ?? NO_REASON,
    errorMessage: errorName ? (text('errorMessage') ?? '') : NO_REASON_MESSAGE,
    fingerprint: text('fingerprint') ?? fingerprint(consumer, NO_REASON, runtime.redact(eventType ?? '')),
    firstFailureAt: text('firstFailureAt'),
    lastFailureAt: text('lastFailureAt'),
    receiveCount: receiveCount ? Number(receiveCount) : undefined,
    sentAt: new Date(sentAt(message)).toISOString(),
    eventType: eventType ?? text('eventType'),
    streamId,
    version,
    correlationId: correlationId ?? text('correlationId'),
    old: isOld(runtime, consumer, message.Body ?? '') ? true : undefined,
    streams: streamsIn(message.Body ?? '', runtime.application.registry.aggregateTypes),
  };
  // As JSON would leave it: in process and over the wire the answer is the same.
  return Object.fromEntries(
    Object.entries(letter).filter(([, value]) => value !== undefined),
  ) as unknown as DeadLetter;
}

function isOld({ application, now }: Runtime, consumer: string, body: string): boolean {
  if (application.projections.includes(consumer)) return false;
  const event = fromJson(body) as { eventId?: unknown } | null | undefined;
  const eventId = event?.eventId;
  return typeof eventId === 'string' && timeOf(eventId) < now() - REPEATABLE_MS;
}

type Undefinable<T> = { [Name in keyof T]: T[Name] | undefined };

/** ms since 1970. */
export const sentAt = ({ Attributes }: Message): number => Number(Attributes?.SentTimestamp ?? 0);

// A dead letter may hold anything: nothing of it is taken for granted.
function streamsIn(body: string, aggregateTypes: readonly string[]): string[] {
  const event = fromJson(body) as { streamId?: unknown; data?: Record<string, unknown> } | null | undefined;
  const named = aggregateTypes.flatMap((type) => {
    const id = event?.data?.[`${type}Id`];
    return typeof id === 'string' ? [streamIdOf(type, id)] : [];
  });
  const own = typeof event?.streamId === 'string' ? [event.streamId] : [];
  return [...new Set([...own, ...named])];
}
