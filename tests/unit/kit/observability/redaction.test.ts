import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { createRuntime } from '#kit/config/runtime.ts';
import { append } from '#kit/event-store/append.ts';
import { ConcurrencyConflict } from '#kit/event-store/errors.ts';
import { createRedactor, withoutPersonalData } from '#kit/observability/redaction.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { keeperStream } from '#tests/support/counter/streams.ts';

const redact = createRedactor(['keeper']);

const ADA = /^email-[0-9a-f]{12}$/;

describe('An email address in a text', () => {
  test('becomes a pseudonym, the same each time', () => {
    const once = redact('ada@example.com');
    expect(once).toMatch(ADA);
    expect(redact('Ada@Example.com')).toBe(once);
    expect(redact('bob@example.com')).not.toBe(once);
    expect(redact('keeper-ada@example.com')).toBe(`keeper-${once}`);
    expect(redact('To <ada@example.com>, "ada@example.com"')).toBe(`To <${once}>, "${once}"`);
  });

  test.each([
    'zoë.o’brien+tag@mail.example.co.uk',
    'user%shop|1@localhost',
    'ünïcode@例え.jp',
    `${'a'.repeat(64)}@${'b'.repeat(63)}.example`,
  ])('is found in %s', (email) => {
    expect(redact(email)).toMatch(ADA);
  });

  test.each(['none', 'node_modules/@aws-sdk/client-sqs/dist/index.js:1:2', 'a @ b', '@', 'counter-c-1'])(
    'is not seen in %s',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );

  test('is looked for in one go, however long a text is', () => {
    const long = `${'a'.repeat(2_000_000)} @`;
    expect(redact(long)).toBe(long);
  });
});

describe('A line of a log', () => {
  const logged = (value: unknown) => JSON.parse(JSON.stringify(value, withoutPersonalData(redact)));

  test('holds of an error what happened, and of whom nothing', () => {
    const refused = Object.assign(new Error('ada@example.com is not verified'), {
      $metadata: { requestId: 'r-1', attempts: 3 },
      Item: { email: { S: 'ada@example.com' }, name: { S: 'Ada' } },
    });
    const error = new TypeError('not sent', { cause: refused });
    expect(logged({ message: 'failed', error })).toEqual({
      message: 'failed',
      error: {
        name: 'TypeError',
        message: 'not sent',
        stack: expect.stringContaining('redaction.test.ts'),
        cause: {
          name: 'Error',
          message: expect.stringMatching(/^email-[0-9a-f]{12} is not verified$/),
          stack: expect.not.stringContaining('@example'),
          requestId: 'r-1',
        },
      },
    });
  });

  test('of a lost race leaves out what won it, also where Lambda writes the line', async () => {
    const [registered] = keeperStream('ada@example.com', '2026-05-01T12:00:00.000Z');
    const taken = new ConditionalCheckFailedException({
      message: 'The conditional request failed',
      $metadata: {},
      Item: marshall({ data: { name: 'Ada' } }),
    });
    const runtime = createRuntime(counterApplication, {
      settings: { EVENTS_TABLE: 'events' },
      dynamo: { send: () => Promise.reject(taken) } as never,
    });
    const conflict = await append(runtime, registered ? [registered] : []).catch((error) => error);
    expect(conflict).toBeInstanceOf(ConcurrencyConflict);
    expect(conflict.existing).toEqual({ data: { name: 'Ada' } });
    expect(JSON.stringify({ ...conflict, message: conflict.message })).not.toMatch(/ada/i);
  });
});
