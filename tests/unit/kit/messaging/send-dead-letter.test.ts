import type { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { ConcurrencyConflict } from '#kit/event-store/errors.ts';
import { fingerprint, sendToDeadLetters } from '#kit/messaging/send-dead-letter.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';

async function attributesOf(body: string, error: unknown): Promise<Record<string, string | undefined>> {
  const sent: SendMessageCommand['input'][] = [];
  const sqs = {
    send: async ({ input }: SendMessageCommand) => sent.push(input),
  } as unknown as Runtime['sqs'];
  const runtime = createRuntime(counterApplication, {
    sqs,
    logger: silentLogger(),
    metrics: noMetrics,
    settings: { CONSUMER: 'tally', DEAD_LETTER_QUEUE_URL: 'http://dead-letters' },
  });
  const [record] = sqsEvent(counterStream('c-1', '2026-05-01T12:00:00.000Z', 1)).Records;
  await sendToDeadLetters(runtime, { ...(record as SQSRecord), body }, error);
  expect(sent.map(({ MessageBody }) => MessageBody)).toEqual([body]);
  const attributes = Object.entries(sent[0]?.MessageAttributes ?? {});
  return Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue]));
}

describe('The reason of a dead letter', () => {
  test('is short, and of characters that SQS takes', async () => {
    const { errorMessage } = await attributesOf('{}', new Error(`\u0000\u001b[31m${'x'.repeat(5_000)}`));
    expect(errorMessage).toHaveLength(1_000);
    expect(errorMessage).toMatch(/^ {2}\[31mx+$/);
  });

  test.each([
    ['not JSON', 'hello'],
    ['null', 'null'],
    ['of other types', '{"eventType": 5, "metadata": {"correlationId": {}}}'],
    ['of strange characters', '{"eventType": "a\\u0000", "metadata": {"correlationId": ""}}'],
  ])('leaves out what a body that is %s does not say', async (_, body) => {
    const attributes = await attributesOf(body, new Error('x'));
    expect(Object.keys(attributes).sort()).toEqual([
      'consumer',
      'errorMessage',
      'errorName',
      'fingerprint',
      'firstFailureAt',
      'lastFailureAt',
      'receiveCount',
    ]);
  });

  test('names nobody by an email address', async () => {
    const body = '{"eventType": "CounterStarted", "metadata": {"correlationId": "ada@example.com"}}';
    const attributes = await attributesOf(body, new Error('ada@example.com is not verified'));
    expect(JSON.stringify(attributes)).not.toContain('@');
    expect(attributes.errorMessage).toMatch(/^email-[0-9a-f]{12} is not verified$/);
  });

  test('is found also where something else than an error was thrown, or one without a message', async () => {
    expect(await attributesOf('{}', 'just text')).toMatchObject({
      errorName: 'Error',
      errorMessage: 'just text',
    });
    expect(await attributesOf('{}', new RangeError())).toMatchObject({ errorName: 'RangeError' });
  });
});

describe('The fingerprint', () => {
  const { redact } = createRuntime(counterApplication, { settings: {} });
  const of = (message: string, consumer = 'tally', name = 'Error') =>
    fingerprint(consumer, name, redact(message));

  test('is the same whatever ids and numbers a message has', () => {
    const [a, b] = ['0192f000-0000-7000-8000-000000000001', '0192F000-ABCD-7000-8000-00000000000f'];
    expect(of(`version 3 of counter-${a} is taken`)).toBe(of(`version 12 of counter-${b} is taken`));
  });

  test('is the same whomever a message is about', () => {
    expect(of('ada@example.com is not verified')).toBe(of('bob@example.org is not verified'));
    const [ada, bob] = ['ada@example.com', 'bob@example.com'].map(
      (keeper) => new ConcurrencyConflict(redact(`keeper-${keeper}`), 2).message,
    );
    expect(of(ada ?? '')).toBe(of(bob ?? ''));
  });

  test('differs by cause, by error and by consumer', () => {
    const prints = [of('a'), of('b'), of('a', 'mirror'), of('a', 'tally', 'TypeError')];
    expect(new Set(prints).size).toBe(4);
  });
});
