import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { createRuntime } from '#kit/config/runtime.ts';
import {
  AppendTooLarge,
  CommandIdReused,
  ConcurrencyConflict,
  VersionMismatch,
} from '#kit/event-store/errors.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { InvalidEnvelope, NewerSchemaVersion, UnknownEventType } from '#kit/events/unreadable-event.ts';
import { type HttpRoute, httpHandler } from '#kit/http/handler.ts';
import { HttpProblem } from '#kit/http/problem.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { httpEvent, type Sent, request as send } from '#tests/support/http-event.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

const flush = jest.fn();
const logger = silentLogger();
const runtime = createRuntime(counterApplication, { settings: {}, logger, metrics: { ...noMetrics, flush } });

const route = <P, Q, B>(parts: Partial<HttpRoute<P, Q, B>> = {}) =>
  httpHandler<P, Q, B>(runtime, {
    handle: async (request) => ({ status: 200, body: request }),
    ...parts,
  });

const failing = (error: unknown) =>
  route({
    handle: async () => {
      throw error;
    },
  });

const named = (name: string) => Object.assign(new Error('secret detail'), { name });

const throttledTransaction = new TransactionCanceledException({
  message: 'cancelled',
  $metadata: {},
  CancellationReasons: [{ Code: 'None' }, { Code: 'ThrottlingError' }],
});

describe('an error of the application', () => {
  test.each([
    [new CommandRejected('counter_not_found', 'No.', 'not-found'), 404, 'counter-not-found'],
    [new CommandRejected('unit_mismatch', 'No.', 'invalid-input'), 422, 'unit-mismatch'],
    [new CommandRejected('counter_total_too_large', 'No.', 'invalid-input'), 422, 'counter-total-too-large'],
    [new CommandRejected('counter_closed', 'No.'), 409, 'counter-closed'],
    [new VersionMismatch('counter-1', [1], 2), 412, 'version-mismatch'],
    [new ConcurrencyConflict('counter-1', 2), 409, 'concurrency-conflict'],
    [new CommandIdReused('c'), 422, 'idempotency-key-reused'],
    [new AppendTooLarge('x'), 422, 'command-too-large'],
    [named('ThrottlingException'), 503, 'unavailable'],
    [named('ProvisionedThroughputExceededException'), 503, 'unavailable'],
    [throttledTransaction, 503, 'unavailable'],
    [new NewerSchemaVersion('CounterStarted', 9, 2), 503, 'unavailable'],
    [new UnknownEventType('CounterEaten'), 503, 'unavailable'],
    [new InvalidEnvelope([]), 500, 'internal-error'],
    [named('TypeError'), 500, 'internal-error'],
    ['thrown text', 500, 'internal-error'],
    [undefined, 500, 'internal-error'],
  ])('%p is a %i', async (error, status, code) => {
    const answer = await send(failing(error));
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json', 'x-correlation-id': 'request-1' },
      body: {
        status,
        type: `urn:${counterApplication.name}:problem:${code}`,
        title: expect.stringMatching(/./),
        detail: expect.stringMatching(/./),
        instance: '/test',
        correlationId: 'request-1',
      },
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  test('carries the members of its own beside those that every problem has', async () => {
    const full = { code: 'counter-full', title: 'Counter full', detail: 'It is full.' };
    const problem = new HttpProblem(409, { ...full, extensions: { limit: 10, status: 200 } });
    expect((await send(failing(problem))).body).toMatchObject({
      limit: 10,
      status: 409,
      detail: 'It is full.',
    });
  });

  test('carries the rule that was broken, and no other error does', async () => {
    const { body } = await send(failing(new CommandRejected('counter_closed', 'It is closed.')));
    expect(body).toMatchObject({ rule: 'counter_closed', detail: 'It is closed.' });
    expect((await send(failing(new VersionMismatch('counter-1', [1], 2)))).body).not.toHaveProperty('rule');
  });

  test('is logged with the error when it is ours, and not when it is the client’s', async () => {
    const spy = jest.spyOn(logger, 'error');
    await send(failing(new CommandRejected('counter_closed', 'No.')));
    expect(spy).not.toHaveBeenCalled();
    const error = named('TypeError');
    await send(failing(error));
    expect(spy).toHaveBeenCalledWith(
      'request failed',
      expect.objectContaining({ error, correlationId: 'request-1' }),
    );
    spy.mockRestore();
  });
});

test('shortly before Lambda would end the function the client is told to come again: 503', async () => {
  const never = route({ handle: () => new Promise<never>(() => undefined) });
  const answer = await never(httpEvent({}), { getRemainingTimeInMillis: () => 10 });
  expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
});

describe('the correlation id', () => {
  test.each([
    ['checkout_7-a', 'checkout_7-a'],
    ['', 'request-1'],
    ['a b', 'request-1'],
    ['x'.repeat(65), 'request-1'],
    ['x\r\nset-cookie: a', 'request-1'],
    [undefined, 'request-1'],
  ])('%j becomes %s, in the request and in the answer', async (given, expected) => {
    const answer = await send(route(), { headers: { 'X-Correlation-ID': given } });
    expect(answer.body.correlationId).toBe(expected);
    expect(answer.headers['x-correlation-id']).toBe(expected);
  });
});

describe('the caller', () => {
  const scoped = route({ scope: 'counters:manage' });

  test.each([
    ['', 403],
    ['counters:managed', 403],
    ['a counters:manage b', 200],
  ])('with the scope %j gets %i', async (scope, status) => {
    expect(await send(scoped, { scope })).toMatchObject({ status });
  });

  test('is checked before anything of the request is', async () => {
    const handler = route({
      scope: 'counters:manage',
      params: z.strictObject({ id: z.uuid() }),
      body: z.unknown(),
    });
    const wrong: Sent = { params: { id: 'x' }, body: '{', headers: { 'content-type': 'x' } };
    expect((await send(handler, { ...wrong, anonymous: true })).status).toBe(401);
    expect((await send(handler, wrong)).status).toBe(403);
  });

  test.each([undefined, '', 7])('without a usable sub (%p) is nobody: 401', async (sub) => {
    const event = httpEvent({});
    Object.assign(event.requestContext, { authorizer: { jwt: { claims: { sub } } } });
    expect((await route()(event)).statusCode).toBe(401);
  });

  test('is not asked for by a route that takes no token', async () => {
    expect(await send(route({ anonymous: true }), { anonymous: true })).toMatchObject({ status: 200 });
  });
});

describe('a request', () => {
  test('reaches the handler with all its parts parsed', async () => {
    const handler = route({
      params: z.strictObject({ id: z.string() }),
      query: z.strictObject({ limit: z.string().transform(Number) }),
      body: z.strictObject({ name: z.string().trim() }),
    });
    const { body } = await send(handler, {
      params: { id: 'a%7Cb' },
      query: { limit: '5' },
      body: { name: ' Ada ' },
      headers: { 'IF-MATCH': '"12"', 'idempotency-KEY': 'k 1' },
      scope: 'a b',
    });
    expect(body).toEqual({
      params: { id: 'a|b' },
      query: { limit: 5 },
      body: { name: 'Ada' },
      caller: { userId: 'ada', scopes: ['a', 'b'] },
      correlationId: 'request-1',
      requestId: 'request-1',
      ifMatch: [12],
      idempotencyKey: 'k 1',
    });
  });

  test('may send its body in base64', async () => {
    const handler = route({ body: z.strictObject({ name: z.string() }) });
    expect(await send(handler, { body: { name: 'Zoë' }, base64: true })).toMatchObject({
      status: 200,
      body: { body: { name: 'Zoë' } },
    });
  });

  test.each([
    ['Latin-1', Buffer.from('{"name":"Zo\xEB"}', 'latin1')],
    ['half a character', Buffer.from('{"name":"Zo\xC3"}', 'latin1')],
    ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('whose bytes are %s is refused, also where somebody has replaced them already', async (_, bytes) => {
    const handler = route({ body: z.unknown() });
    for (const event of [
      { ...httpEvent({ body: 'x' }), body: bytes.toString('base64'), isBase64Encoded: true },
      { ...httpEvent({ body: 'x' }), body: bytes.toString('utf8') },
    ]) {
      const { statusCode, body } = await handler(event);
      expect([statusCode, JSON.parse(body).type]).toEqual([
        400,
        `urn:${counterApplication.name}:problem:not-utf-8`,
      ]);
    }
  });

  test.each([
    ['application/json; charset=utf-8', 200],
    ['application/json;charset="UTF-8"', 200],
    ['application/merge-patch+json', 200],
    ['application/json; charset=iso-8859-1', 415],
    ['application/json; charset=utf-16', 415],
    ['text/plain', 415],
  ])('of the type %s gets %i', async (contentType, status) => {
    const handler = route({ body: z.unknown() });
    expect(await send(handler, { body: {}, headers: { 'Content-Type': contentType } })).toMatchObject({
      status,
    });
  });

  test.each([
    ['"3"', [3]],
    ['"3", "12"', [3, 12]],
    ['*', 'any'],
    [' * ', 'any'],
  ])('with the If-Match %s is for the versions %j', async (given, versions) => {
    const { body } = await send(route(), { headers: { 'if-match': given } });
    expect(body.ifMatch).toEqual(versions);
  });

  test.each(['W/"3"', '"3", W/"4"', '*, "3"', '3', '"x"'])(
    'with the If-Match %s, of which no version can follow, is a 422 that says so',
    async (given) => {
      expect(await send(route(), { headers: { 'if-match': given } })).toMatchObject({
        status: 422,
        body: { errors: [{ path: 'if-match', message: expect.stringContaining('not weak') }] },
      });
    },
  );

  test('with an If-None-Match is a 422 where it is a command, and nothing to a query', async () => {
    const headers = { 'if-none-match': '*' };
    expect(await send(route({ body: z.strictObject({}) }), { headers })).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'if-none-match' }] },
    });
    expect(await send(route(), { headers })).toMatchObject({ status: 200 });
  });

  test('without a body counts as an empty object', async () => {
    const handler = route({ body: z.strictObject({ name: z.string() }) });
    expect(await send(handler)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'name', message: 'is required' }] },
    });
  });

  test('with a body where none is looked at is as good as without', async () => {
    expect(await send(route(), { body: '{', headers: { 'content-type': 'x' } })).toMatchObject({
      status: 200,
    });
  });
});

describe('every answer', () => {
  test('forbids sniffing, framing and caching', async () => {
    for (const handler of [route(), failing(new Error('x'))]) {
      expect((await send(handler)).headers).toMatchObject({
        'X-Content-Type-Options': 'nosniff',
        'X-Frame-Options': 'DENY',
        'cache-control': 'no-store',
      });
    }
  });

  test('is one line in the log, without anything of a person, and flushes the metrics', async () => {
    const lines: unknown[] = [];
    const spy = jest.spyOn(logger, 'info').mockImplementation((...line: unknown[]) => void lines.push(line));
    flush.mockClear();
    for (const handler of [route(), failing(new CommandRejected('x', 'x'))]) {
      await send(handler, { sub: 'ada@example.com', query: {}, body: { name: 'Ada' } });
    }
    spy.mockRestore();
    expect(flush).toHaveBeenCalledTimes(2);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual([
      'request',
      { hop: 'http', route: 'POST /test', status: 200, ms: expect.any(Number), correlationId: 'request-1' },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/ada/i);
  });
});
