import { describe, expect, test } from '@jest/globals';
import { createRuntime } from '#kit/config/runtime.ts';
import { commandMetadata, newAggregateId } from '#kit/http/command-metadata.ts';
import type { HttpRequest } from '#kit/http/request.ts';
import { counterApplication } from '#tests/support/counter/application.ts';

const runtime = createRuntime(counterApplication, { settings: {} });

const request = (userId: string, changes: Partial<HttpRequest> = {}): HttpRequest => ({
  params: {},
  query: {},
  body: {},
  caller: { userId, scopes: [], can: () => false },
  correlationId: 'correlation-1',
  requestId: 'request-1',
  header: () => undefined,
  ...changes,
});

const keyed = (userId: string, idempotencyKey: string) => request(userId, { idempotencyKey });
const hash = (operation: string, changes: Partial<HttpRequest>) =>
  commandMetadata(runtime, operation, request('ada', changes)).commandHash;

describe('the metadata of a command', () => {
  test('says who, why and in which context', () => {
    expect(commandMetadata(runtime, 'place-order', request('ada'))).toEqual({
      userId: 'ada',
      correlationId: 'correlation-1',
      causationId: 'request-1',
      commandId: expect.any(String),
      commandHash: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    });
  });

  test('has the same commandId for a caller’s key, always: these reach storage', () => {
    expect(commandMetadata(runtime, 'place-order', keyed('ada', 'k')).commandId).toBe(
      '36777cd3-b3e5-5e41-9d14-0bf285b62535',
    );
    expect(newAggregateId(runtime, 'order', keyed('ada', 'k'))).toBe('47a41594-970f-5f75-a279-8043214ecf39');
    expect(hash('place-order', { body: { a: 1 } })).toBe('Dw7ve6R7EgtxQK5pXeWRsA');
  });

  test('has a new commandId for every request without a key', () => {
    const [a, b] = [request('ada'), request('ada')].map(
      (one) => commandMetadata(runtime, 'x', one).commandId,
    );
    expect(a).not.toBe(b);
  });

  test('differs by caller, key and aggregate, wherever the one ends and the next begins', () => {
    const ids = [
      newAggregateId(runtime, 'order', keyed('a', 'b:c')),
      newAggregateId(runtime, 'order', keyed('a:b', 'c')),
      newAggregateId(runtime, 'order', keyed('a","b', 'c')),
      newAggregateId(runtime, 'payment', keyed('a', 'b:c')),
      commandMetadata(runtime, 'x', keyed('a', 'b:c')).commandId,
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has a hash of operation, parameters and body, whatever the order of the fields', () => {
    const body = { a: 1, b: [{ c: 2, d: 3 }] };
    expect(hash('ship', { body })).toBe(hash('ship', { body: { b: [{ d: 3, c: 2 }], a: 1 } }));
    const hashes = [
      hash('ship', { body }),
      hash('cancel', { body }),
      hash('ship', { body, params: { orderId: '1' } }),
      hash('ship', { body: { a: 1, b: [] } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
