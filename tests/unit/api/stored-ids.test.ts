import { expect, test } from '@jest/globals';
import { application } from '#application';
import { createRuntime } from '#kit/config/runtime.ts';
import { commandMetadata, newAggregateId } from '#kit/http/command-metadata.ts';
import type { HttpRequest } from '#kit/http/request.ts';

const keyed: HttpRequest = {
  params: {},
  query: {},
  body: { a: 1 },
  caller: { userId: 'ada', scopes: [], can: () => false },
  correlationId: 'correlation-1',
  requestId: 'request-1',
  idempotencyKey: 'k',
  header: () => undefined,
};

test('The ids that are made of a caller’s key reach storage: they stay as they are', () => {
  const runtime = createRuntime(application, { settings: {} });
  expect(commandMetadata(runtime, 'place-order', keyed)).toMatchObject({
    commandId: '36777cd3-b3e5-5e41-9d14-0bf285b62535',
    commandHash: 'Dw7ve6R7EgtxQK5pXeWRsA',
  });
  expect(newAggregateId(runtime, 'order', keyed)).toBe('47a41594-970f-5f75-a279-8043214ecf39');
});
