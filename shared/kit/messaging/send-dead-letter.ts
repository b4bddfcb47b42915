import { createHash } from 'node:crypto';
import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import { MESSAGE_TYPE } from '#kit/events/message-attributes.ts';
import { type LogContext, parseLogContext } from '#kit/observability/log-context.ts';
import { messageTypeOf, receiveCountOf } from './delivery.ts';

/** SQS takes 256 KiB with attributes; a reason longer than this is no reason any more. */
const MAX_REASON_LENGTH = 1_000;

/**
 * Puts a message into the consumer's dead letter queue, its body untouched, with the reason as message
 * attributes: consumer, errorName, errorMessage, fingerprint, receiveCount, firstFailureAt, lastFailureAt (ISO),
 * correlationId and eventType (where the body has them), without email addresses; and with its own `messageType`, so that
 * it is still what it was when it is redriven. Throws where SQS does: the message then stays where it is.
 */
export async function sendToDeadLetters(runtime: Runtime, record: SQSRecord, error: unknown): Promise<void> {
  const about = parseLogContext(record.body);
  const reason = reasonOf(runtime, record, error, about);
  await runtime.sqs.send(
    new SendMessageCommand({
      QueueUrl: runtime.setting('DEAD_LETTER_QUEUE_URL'),
      MessageBody: record.body,
      MessageAttributes: toAttributes({ ...reason, [MESSAGE_TYPE]: messageTypeOf(record) }),
    }),
  );
  runtime.metrics.count('DeadLetters');
  runtime.logger.error('dead letter', { hop: 'dead-letter', ...reason, ...about });
}

function reasonOf(
  runtime: Runtime,
  record: SQSRecord,
  error: unknown,
  { correlationId, eventType }: Partial<LogContext>,
): Record<string, string | undefined> {
  const { name, message: text } = error instanceof Error ? error : new Error(String(error));
  const message = runtime.redact(text);
  const consumer = runtime.setting('CONSUMER');
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    consumer,
    errorName: name,
    errorMessage: message.slice(0, MAX_REASON_LENGTH),
    fingerprint: fingerprint(consumer, name, message),
    receiveCount: String(receiveCountOf(record)),
    // The first receive is the first failure: a message that was handled is gone.
    firstFailureAt: iso(Number(record.attributes.ApproximateFirstReceiveTimestamp)),
    lastFailureAt: iso(runtime.now()),
    correlationId: correlationId && runtime.redact(correlationId),
    eventType: eventType && runtime.redact(eventType),
  };
}

/** The same for the same cause: what differs from one message to the next (ids, numbers, pseudonyms) is left out. Of a redacted message. */
export function fingerprint(consumer: string, errorName: string, message: string): string {
  const varying = /[0-9a-f]{8}-[0-9a-f-]{27}|email-[0-9a-f]{12}|\d+/gi;
  const cause = message.replace(varying, '#');
  return createHash('sha256').update(`${consumer}|${errorName}|${cause}`).digest('hex').slice(0, 12);
}

function toAttributes(values: Record<string, string | undefined>): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  for (const [name, value] of Object.entries(values)) {
    // Control characters are not allowed in an attribute (SQS API reference), an empty value neither.
    const clean = value?.replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, ' ');
    if (clean) attributes[name] = { DataType: 'String', StringValue: clean };
  }
  return attributes;
}
