import { describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import type { Delivery } from '#kit/messaging/delivery.ts';
import { byStream, each } from '#kit/messaging/handle-batch.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';

const deliveries = (events: StoredEvent[]): Delivery[] =>
  events.map((event, index) => ({ messageId: `m${index}`, event, receiveCount: 1 }));

const counter = (id: string) => counterStream(id, AT);

describe('each', () => {
  test('handles every message by itself; one that throws fails alone', async () => {
    const seen: number[] = [];
    const failures = await each(async ({ version }) => {
      seen.push(version);
      if (version === 2) throw new Error('two');
    })(deliveries(counter('c-1')));
    expect(seen.sort()).toEqual([1, 2, 3, 4]);
    expect([...failures]).toEqual([['m1', new Error('two')]]);
  });

  test('handles no more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const handle = each(
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      },
      { concurrency: 3 },
    );
    await handle(deliveries([...counter('c-1'), ...counter('c-2')]));
    expect(most).toBe(3);
  });
});

describe('byStream', () => {
  test('hands a stream’s messages over together, in the order of versions, streams apart', async () => {
    const [a, b] = [counter('c-a'), counter('c-b')];
    const batch = [a[2], b[0], a[0], a[1], b[1], a[0]].flatMap((event) => event ?? []);
    const seen = new Map<string, number[]>();
    const failures = await byStream(async (streamId, events) => {
      seen.set(
        streamId,
        events.map(({ version }) => version),
      );
    })(deliveries(batch));
    expect(Object.fromEntries(seen)).toEqual({ 'counter-c-a': [1, 1, 2, 3], 'counter-c-b': [1, 2] });
    expect(failures.size).toBe(0);
  });

  test('lets the messages of a stream fail together, and those of others not', async () => {
    const batch = [...counter('c-a').slice(0, 2), ...counter('c-b').slice(0, 1)];
    const failures = await byStream(async (streamId) => {
      if (streamId === 'counter-c-a') throw new Error('a');
    })(deliveries(batch));
    expect([...failures.keys()]).toEqual(['m0', 'm1']);
  });
});
