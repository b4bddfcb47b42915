import { describe, expect, test } from '@jest/globals';
import { CATALOGUE_CORRELATION_ID } from '#resources/local/catalogue.ts';
import { formatLogLine, wantsColor } from '#resources/local/log-lines.ts';

const log = (fields: object) =>
  JSON.stringify({
    level: 'INFO',
    message: 'handled',
    timestamp: '2026-11-23T11:44:06.349Z',
    service: 'orderstream',
    function: 'orderstream-dev-order-view',
    correlationId: 'c0ffee00-0000-7000-8000-0000e3bf738e',
    ...fields,
  });

describe('a line of a function’s log', () => {
  test('of filling the catalogue is left out, unless something is wrong', () => {
    const correlationId = CATALOGUE_CORRELATION_ID;
    expect(formatLogLine(log({ correlationId }), false)).toBeUndefined();
    expect(formatLogLine(log({ correlationId, level: 'ERROR' }), false)).toContain('handled');
  });

  test.each<[string, object, string]>([
    [
      'a command',
      {
        hop: 'command',
        function: 'orderstream-dev-place-order',
        eventType: 'OrderCreated',
        streamId: 'order-1',
        version: 1,
        message: 'appended',
      },
      '11:44:06.349  e3bf738e  command      place-order     OrderCreated order-1@1 appended',
    ],
    [
      'a request',
      {
        hop: 'http',
        function: 'orderstream-dev-place-order',
        route: 'POST /orders',
        status: 201,
        ms: 7,
        message: 'request',
      },
      '11:44:06.349  e3bf738e  http         place-order     POST /orders 201 (7 ms)',
    ],
    [
      'a consumer, at the second attempt',
      {
        hop: 'consumer',
        consumer: 'sales',
        eventType: 'OrderCreated',
        streamId: 'order-1',
        version: 1,
        receiveCount: 2,
      },
      '11:44:06.349  e3bf738e  consumer     sales           OrderCreated order-1@1 handled (receive 2)',
    ],
    [
      'a dead letter',
      {
        level: 'ERROR',
        hop: 'dead-letter',
        consumer: 'sales',
        eventType: 'OrderCreated',
        message: 'dead letter',
        errorName: 'ZodError',
        errorMessage: 'no total',
      },
      '11:44:06.349  e3bf738e  dead-letter  sales           OrderCreated dead letter: ZodError: no total',
    ],
    [
      'a warning without a hop',
      { level: 'WARN', message: 'not published', reason: 'throttled', correlationId: undefined },
      '11:44:06.349            warn         order-view      not published: throttled',
    ],
  ])('of %s', (_, fields, expected) => {
    expect(formatLogLine(log(fields), false)).toBe(expected);
  });

  test('of an unexpected error shows its stack', () => {
    const error = {
      name: 'TypeError',
      message: 'x is undefined',
      stack: 'TypeError: x is undefined\n    at handler',
    };
    expect(
      formatLogLine(log({ level: 'ERROR', message: 'request failed', route: 'POST /orders', error }), false),
    ).toMatch(
      /error .* POST \/orders request failed: TypeError: x is undefined\nTypeError: x is undefined\n {4}at handler$/,
    );
  });

  test('with metrics says nothing to a person', () => {
    expect(formatLogLine('{"_aws":{"Timestamp":1},"CommandsRejected":1}', false)).toBeUndefined();
  });

  test.each(['plain text', '{"not":"a log"}', '{broken', ''])('that is none is left as it is: %s', (line) => {
    expect(formatLogLine(line, true)).toBe(line);
  });
});

describe('colour', () => {
  test('marks the hop, and leaves the words alone', () => {
    const line = log({
      hop: 'consumer',
      consumer: 'sales',
      eventType: 'OrderCreated',
      streamId: 'order-1',
      version: 1,
    });
    const colored = formatLogLine(line, true) ?? '';
    expect(colored).toContain('\u001b[32mconsumer');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour is.
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(formatLogLine(line, false));
  });

  test('is for terminals, and not where NO_COLOR is set', () => {
    const { NO_COLOR } = process.env;
    try {
      delete process.env.NO_COLOR;
      expect([wantsColor({ isTTY: true }), wantsColor({ isTTY: false }), wantsColor({})]).toEqual([
        true,
        false,
        false,
      ]);
      process.env.NO_COLOR = '1';
      expect(wantsColor({ isTTY: true })).toBe(false);
    } finally {
      if (NO_COLOR === undefined) delete process.env.NO_COLOR;
      else process.env.NO_COLOR = NO_COLOR;
    }
  });
});
