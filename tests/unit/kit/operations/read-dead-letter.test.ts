import type { Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { sendToDeadLetters } from '#kit/messaging/send-dead-letter.ts';
import { reasonAttributes } from '#kit/operations/dead-letter.ts';
import { readDeadLetter } from '#kit/operations/read-dead-letter.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';

const AT = '2026-05-01T12:00:00.000Z';
const SENT = Date.parse(AT);
const [event] = counterStream('c1', AT, 1);

/** What the consumer sends to its dead letters, as it is received there. */
async function deadLetter(body: string, error: unknown): Promise<Message> {
  const sent: SendMessageCommand['input'][] = [];
  const sqs = { send: async ({ input }: SendMessageCommand) => sent.push(input) };
  const runtime = createRuntime(counterApplication, {
    sqs: sqs as unknown as Runtime['sqs'],
    logger: silentLogger(),
    metrics: noMetrics,
    settings: { CONSUMER: 'tally', DEAD_LETTER_QUEUE_URL: 'http://dead-letters' },
  });
  const [record] = sqsEvent([event as never]).Records;
  await sendToDeadLetters(runtime, { ...(record as SQSRecord), body }, error);
  return received(body, sent[0]?.MessageAttributes);
}

const received = (Body: string, MessageAttributes: Message['MessageAttributes'] = {}): Message => ({
  MessageId: 'm1',
  Body,
  MessageAttributes,
  Attributes: { SentTimestamp: String(SENT) },
});

const read = (message: Message) => readDeadLetter(createRuntime(counterApplication), 'tally', message);

describe('A dead letter', () => {
  test('tells its reason, and of which event it is', async () => {
    const message = await deadLetter(JSON.stringify(event), new TypeError('no such thing'));
    expect(read(message)).toMatchObject({
      messageId: 'm1',
      consumer: 'tally',
      errorName: 'TypeError',
      errorMessage: 'no such thing',
      receiveCount: 1,
      sentAt: AT,
      eventType: 'CounterStarted',
      streamId: 'counter-c1',
      version: 1,
      correlationId: event?.metadata.correlationId,
      streams: expect.arrayContaining(['counter-c1', 'keeper-ada']),
    });
  });

  test('sheds all of its reason when it goes back, and nothing else', async () => {
    const { MessageAttributes = {} } = await deadLetter(JSON.stringify(event), new Error('no'));
    const { eventType: _, ...reason } = MessageAttributes;
    expect(Object.keys(reason).sort()).toEqual([...reasonAttributes].sort());
  });

  test('that SQS moved by itself says so, alike for all events of one type', () => {
    const letter = read(received(JSON.stringify(event)));
    expect(letter).toMatchObject({
      errorName: 'NoReason',
      errorMessage: expect.stringContaining('moved by SQS after its last receive'),
    });
    expect(letter).not.toHaveProperty('receiveCount');
    expect(read(received(JSON.stringify({ ...event, version: 7 }))).fingerprint).toBe(letter.fingerprint);
    expect(read(received('{"eventType":"Other"}')).fingerprint).not.toBe(letter.fingerprint);
  });

  test('says of an event older than 29 days that the consumer may have forgotten it, of a projection never', () => {
    const days = (count: number) => SENT + count * 86_400_000;
    const readAt = (now: number, consumer: string, body = JSON.stringify(event)) =>
      readDeadLetter(createRuntime(counterApplication, { now: () => now }), consumer, received(body)).old;
    expect(readAt(days(28.9), 'tally')).toBeUndefined();
    expect(readAt(days(29.1), 'tally')).toBe(true);
    expect(readAt(days(29.1), 'counter-view')).toBeUndefined();
    expect(readAt(days(29.1), 'tally', '{"eventId":7}')).toBeUndefined();
    expect(readAt(days(29.1), 'tally', '{"eventId":"one"}')).toBeUndefined();
  });

  test('that is no JSON tells what is known', () => {
    const letter = read(
      received('hello', { errorName: { DataType: 'String', StringValue: 'InvalidEnvelope' } }),
    );
    expect(letter).toEqual({
      messageId: 'm1',
      consumer: 'tally',
      errorName: 'InvalidEnvelope',
      errorMessage: '',
      fingerprint: expect.any(String),
      sentAt: AT,
      streams: [],
    });
  });
});
