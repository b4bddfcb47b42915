import { describe, expect, test } from '@jest/globals';
import { ConcurrencyConflict } from '#kit/event-store/errors.ts';
import { withoutEmails, withoutPersonalData } from '#kit/observability/redaction.ts';

const ADA = /^email-[0-9a-f]{12}$/;

describe('An email address in a text', () => {
  test('becomes a pseudonym, the same each time', () => {
    const once = withoutEmails('ada@example.com');
    expect(once).toMatch(ADA);
    expect(withoutEmails('Ada@Example.com')).toBe(once);
    expect(withoutEmails('bob@example.com')).not.toBe(once);
    expect(withoutEmails('customer-ada@example.com')).toBe(`customer-${once}`);
    expect(withoutEmails('To <ada@example.com>, "ada@example.com"')).toBe(`To <${once}>, "${once}"`);
  });

  test.each([
    'zoë.o’brien+tag@mail.example.co.uk',
    'user%shop|1@localhost',
    'ünïcode@例え.jp',
    `${'a'.repeat(64)}@${'b'.repeat(63)}.example`,
  ])('is found in %s', (email) => {
    expect(withoutEmails(email)).toMatch(ADA);
  });

  test.each(['none', 'node_modules/@aws-sdk/client-sqs/dist/index.js:1:2', 'a @ b', '@', 'order-o-1'])(
    'is not seen in %s',
    (text) => {
      expect(withoutEmails(text)).toBe(text);
    },
  );

  test('is looked for in one go, however long a text is', () => {
    const long = `${'a'.repeat(2_000_000)} @`;
    expect(withoutEmails(long)).toBe(long);
  });
});

describe('A line of a log', () => {
  const logged = (value: unknown) => JSON.parse(JSON.stringify(value, withoutPersonalData));

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

  test('of a lost race leaves out what won it, also where Lambda writes the line', () => {
    const conflict = new ConcurrencyConflict('customer-ada@example.com', 1, { data: { name: 'Ada' } });
    expect(conflict.existing).toEqual({ data: { name: 'Ada' } });
    expect(JSON.stringify({ ...conflict, message: conflict.message })).not.toMatch(/ada/i);
  });
});
