import { describe, expect, test } from '@jest/globals';
import type { Hop, ShownEvent } from '#resources/console/protocol.ts';
import { traceOf } from '#resources/console/server/trace.ts';

let n = 0;
const hop = (given: Partial<Hop>): Hop => ({ n: ++n, t: 0, h: '', m: '', f: '', k: 'c', ...given });
const at = (stream: string, v = 1) => ({ s: stream, v, e: 'Counted' });
const event = (streamId: string, causationId: string, ms: number): ShownEvent => ({
  streamId,
  version: 1,
  eventId: `id of ${streamId}`,
  eventType: 'Counted',
  schemaVersion: 1,
  aggregateType: 'counter',
  aggregateId: '1',
  metadata: {
    userId: 'ada',
    timestamp: new Date(ms).toISOString(),
    correlationId: 'c',
    causationId,
    commandId: 'x',
  },
});

describe('what a correlation id has set off', () => {
  test('begins with the request, and names who appended what because of what', () => {
    const trace = traceOf(
      'c',
      [
        hop({ t: 1_010, h: 'command', m: 'appended', f: 'count', ...at('a') }),
        hop({ t: 1_020, h: 'http', f: 'count', route: 'POST /counters', status: 201, ms: 20 }),
        hop({ t: 1_050, h: 'publish', m: 'published', f: 'publish', ...at('a') }),
        hop({ t: 1_100, h: 'command', m: 'appended', f: 'totals', c: 'totals', ...at('b') }),
        hop({ t: 1_110, h: 'consumer', m: 'handled', f: 'totals', c: 'totals', ...at('a'), r: 1 }),
      ],
      [event('a', 'request', 1_005), event('b', 'id of a', 1_095)],
    );
    expect(trace.requests).toEqual([
      { at: 1_000, ms: 20, route: 'POST /counters', status: 201, function: 'count' },
    ]);
    expect(trace.events).toMatchObject([
      { key: 'a@1', request: 0, by: 'count', publishedAt: 1_050, deliveries: [{ consumer: 'totals' }] },
      { key: 'b@1', cause: 'a@1', by: 'totals', deliveries: [] },
    ]);
    expect(trace.events[1]).not.toHaveProperty('request');
  });

  test('keeps each try of a consumer, in order', () => {
    const of = { h: 'consumer', f: 'totals', c: 'totals', ...at('a') };
    const { events } = traceOf(
      'c',
      [
        hop({ t: 1, ...of, m: 'failed', r: 1, x: 'Error: no' }),
        hop({ t: 2, ...of, h: 'dead-letter', m: 'dead letter', r: 5 }),
        hop({ t: 3, ...of, h: 'redrive', m: 'redriven' }),
        hop({ t: 4, ...of, m: 'handled', r: 1 }),
      ],
      [],
    );
    expect(events[0]?.deliveries[0]?.attempts).toEqual([
      { at: 1, outcome: 'failed', receiveCount: 1, error: 'Error: no' },
      { at: 2, outcome: 'dead', receiveCount: 5 },
      { at: 3, outcome: 'redriven' },
      { at: 4, outcome: 'handled', receiveCount: 1 },
    ]);
  });

  test('holds a message that is no event', () => {
    const { events } = traceOf(
      'c',
      [hop({ h: 'dead-letter', m: 'dead letter', c: 'totals', e: 'Counted' })],
      [],
    );
    expect(events).toMatchObject([{ key: '?@?', streamId: '', deliveries: [{ consumer: 'totals' }] }]);
  });
});
