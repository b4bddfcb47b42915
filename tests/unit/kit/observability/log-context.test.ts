import { describe, expect, test } from '@jest/globals';
import { lagOf } from '#kit/observability/lag.ts';
import { logContextOf, parseLogContext } from '#kit/observability/log-context.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const [started] = counterStream('c-1', '2026-05-01T12:00:00.000Z');
if (!started) throw new Error('a stream has a first event');

describe('A line about an event', () => {
  const line = {
    eventType: 'CounterStarted',
    streamId: 'counter-c-1',
    version: 1,
    correlationId: started.metadata.correlationId,
  };

  test('says which, and on whose behalf; nothing of its data', () => {
    expect(logContextOf(started)).toEqual(line);
  });

  test('says the same of a message that holds it', () => {
    expect(parseLogContext(JSON.stringify(started))).toEqual(line);
  });

  test.each([
    ['not JSON', 'hello', {}],
    ['JSON that is no object', 'null', {}],
    ['an array', '[]', {}],
    ['fields of other kinds', '{"eventType":7,"streamId":{},"version":"1","metadata":[]}', {}],
    ['a text that is no name', `{"eventType":"a\\nb","streamId":"${'x'.repeat(201)}"}`, {}],
    ['some of them', '{"eventType":"CounterEaten","version":3}', { eventType: 'CounterEaten', version: 3 }],
  ])('says of a message with %s what can be told', (_, body, expected) => {
    expect(parseLogContext(body)).toEqual(expected);
  });
});

describe('The lag of an event', () => {
  const at = Date.parse(started.metadata.timestamp);

  test('is the time since it was decided', () => {
    expect(lagOf(started, at + 1_500)).toBe(1_500);
  });

  test('is never negative: clocks differ', () => {
    expect(lagOf(started, at - 20)).toBe(0);
  });

  test('is unknown where the event does not say when', () => {
    const { metadata, ...bare } = started;
    expect(lagOf(bare as typeof started, at)).toBeUndefined();
    expect(lagOf({ ...started, metadata: { ...metadata, timestamp: 'soon' } }, at)).toBeUndefined();
  });
});
