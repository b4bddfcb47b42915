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
    expect(commandMetadata(runtime, 'start-counter', request('ada'))).toEqual({
      userId: 'ada',
      correlationId: 'correlation-1',
      causationId: 'request-1',
      commandId: expect.any(String),
      commandHash: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    });
  });

  test('has the same commandId for a caller’s key, always: these reach storage', () => {
    expect(commandMetadata(runtime, 'start-counter', keyed('ada', 'k')).commandId).toBe(
      '28fae432-5112-5c60-b768-a5a53f0c36ae',
    );
    expect(newAggregateId(runtime, 'counter', keyed('ada', 'k'))).toBe(
      'e16d64dd-fa08-5115-92ac-a0f8e0c6b999',
    );
    expect(hash('start-counter', { body: { a: 1 } })).toBe('Cjs0m0RhIo4P84PsBDrX1c');
  });

  test('has a new commandId for every request without a key', () => {
    const [a, b] = [request('ada'), request('ada')].map(
      (one) => commandMetadata(runtime, 'x', one).commandId,
    );
    expect(a).not.toBe(b);
  });

  test('differs by caller, key and aggregate, wherever the one ends and the next begins', () => {
    const ids = [
      newAggregateId(runtime, 'counter', keyed('a', 'b:c')),
      newAggregateId(runtime, 'counter', keyed('a:b', 'c')),
      newAggregateId(runtime, 'counter', keyed('a","b', 'c')),
      newAggregateId(runtime, 'keeper', keyed('a', 'b:c')),
      commandMetadata(runtime, 'x', keyed('a', 'b:c')).commandId,
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has a hash of operation, parameters and body, whatever the order of the fields', () => {
    const body = { a: 1, b: [{ c: 2, d: 3 }] };
    expect(hash('increase', { body })).toBe(hash('increase', { body: { b: [{ d: 3, c: 2 }], a: 1 } }));
    const hashes = [
      hash('increase', { body }),
      hash('close', { body }),
      hash('increase', { body, params: { counterId: '1' } }),
      hash('increase', { body: { a: 1, b: [] } }),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
