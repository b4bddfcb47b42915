import { describe, expect, test } from '@jest/globals';
import { Journal } from '#resources/console/server/journal.ts';
import type { Shop } from '#resources/console/server/shop.ts';
import { stageSource } from '#resources/console/server/stage-source.ts';

const stored = (version: number) => ({
  streamId: 'counter-1',
  version,
  eventId: `e${version}`,
  eventType: 'Counted',
  schemaVersion: 1,
  aggregateType: 'counter',
  aggregateId: '1',
  data: {},
  metadata: {
    userId: 'consumer:totals',
    timestamp: '2026-11-28T10:00:00.000Z',
    correlationId: 'c1',
    causationId: 'x',
    commandId: 'y',
  },
});

function setUp() {
  const invoked: { name: string; event: Record<string, unknown> }[] = [];
  const journal = new Journal('');
  const source = stageSource({
    stage: 'staging',
    consumers: ['totals'],
    journal,
    shop: {
      scopes: ['audit:read'],
      registry: {
        eventTypes: ['Counted'],
        aggregateTypes: ['counter'],
        aggregateTypeOf: () => 'counter',
      },
      views: {},
      operationIdOf: () => 'list-events',
    } as unknown as Shop,
    async invoke(name, event) {
      invoked.push({ name, event: event as Record<string, unknown> });
      if (name === 'dead-letters') {
        return { queue: { waiting: 3, inFlight: 1 }, deadLetters: { waiting: 2, inFlight: 0 } };
      }
      const { cursor } = (event as { queryStringParameters: { cursor?: string } }).queryStringParameters;
      const events = cursor ? [] : [stored(1), stored(2)];
      return {
        statusCode: 200,
        headers: {},
        body: JSON.stringify({ events, ...(cursor ? {} : { cursor: 'next' }) }),
      };
    },
  });
  return { source, journal, invoked };
}

describe('a stage', () => {
  test('is asked for its queues, and for what was appended since', async () => {
    const { source, journal } = setUp();
    expect(await source.queueNumbers()).toEqual({ totals: { waiting: 3, inFlight: 1, dead: 2 } });
    await source.queueNumbers();
    expect(journal.latest(10)).toMatchObject([
      { h: 'command', m: 'appended', f: 'totals', c: 'totals', e: 'Counted', s: 'counter-1', v: 1, k: 'c1' },
      { v: 2 },
    ]);
    expect(await source.readEvents([{ streamId: 'counter-1', version: 2 }])).toHaveLength(1);
  });

  test('gets requests as API Gateway hands them over, with the caller and the scopes', async () => {
    const { source, invoked } = setUp();
    const { status, correlationId } = await source.request({
      method: 'POST',
      path: '/counters/1/count',
      operationId: 'count',
      pathParameters: { id: '1' },
      query: { fast: 'yes' },
      body: { by: 2 },
      sub: 'ada',
      scope: 'count:write',
      headers: { 'x-correlation-id': 'mine' },
    });
    expect({ status, correlationId }).toEqual({ status: 200, correlationId: 'mine' });
    expect(invoked[0]).toMatchObject({
      name: 'count',
      event: {
        version: '2.0',
        rawPath: '/counters/1/count',
        pathParameters: { id: '1' },
        queryStringParameters: { fast: 'yes' },
        headers: { 'content-type': 'application/json', 'x-correlation-id': 'mine' },
        body: '{"by":2}',
        requestContext: { authorizer: { jwt: { claims: { sub: 'ada', scope: 'count:write' } } } },
      },
    });
  });

  test('shows a stream as far as its events by type go', async () => {
    const { source } = setUp();
    expect((await source.readStream('counter-1')).map(({ version }) => version)).toEqual([1, 2]);
    expect(await source.readStream('counter-2')).toEqual([]);
  });
});
