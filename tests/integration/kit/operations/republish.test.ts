import { beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '#kit/events/event.ts';
import { MAX_MESSAGE_BYTES } from '#kit/messaging/outgoing-message.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { places, republishing } from './republishing.ts';

const the = republishing();
const { republish, operate } = the;

/** A clock of which each reading is `ms` later than the one before: no chunk does more than a page. */
const hurrying = (ms: number) => {
  let now = Date.now();
  return () => {
    now += ms;
    return now;
  };
};

describe('a stream', () => {
  test('goes to the topic again, all of it, in chunks that follow one another', async () => {
    const events = Array.from({ length: 130 }, (_, index) => {
      const [event] = counterStream('long', '2026-02-01T00:00:00Z', 1);
      return { ...event, version: index + 1 } as StoredEvent;
    });
    await the.data.store(events);
    const now = hurrying(20_000);
    const first = await republish({ stream: 'counter-long' }, { now });
    expect(first).toMatchObject({ published: 100, continuationToken: { after: 100 } });
    expect(first.progress).toBeCloseTo(100 / 130);
    const { continuationToken } = first;
    const second = await republish({ stream: 'counter-long', continuationToken }, { now });
    expect(second).toEqual({ dryRun: false, published: 30, tooOld: 0, progress: 1 });
    expect(places(the.topic.published)).toEqual(places(events));
  });

  test('goes as it was stored: an old version is not lifted, an unknown one not held up', async () => {
    const [event] = counterStream('old', '2026-02-01T00:00:00Z', 1);
    const stored = [
      { ...event, schemaVersion: 1 },
      { ...event, version: 2, schemaVersion: 99, data: { shape: 'of tomorrow' } },
    ] as StoredEvent[];
    await the.data.store(stored);
    await republish({ stream: 'counter-old' });
    expect(the.topic.published.sort((a, b) => a.version - b.version)).toEqual(stored);
  });

  test('goes without an event that can never be published, which is named', async () => {
    const [first, large, last] = counterStream('large', '2026-02-01T00:00:00Z', 3) as StoredEvent[];
    const name = 'x'.repeat(MAX_MESSAGE_BYTES);
    await the.data.store([first, { ...large, data: { name } }, last] as StoredEvent[]);
    expect(await republish({ stream: 'counter-large' })).toMatchObject({
      published: 2,
      refused: [large?.eventId],
      progress: 1,
    });
    expect(places(the.topic.published)).toEqual(['counter-large@1', 'counter-large@3']);
  });

  test('that there is not is an error', async () => {
    await expect(republish({ stream: 'counter-none' })).rejects.toThrow('there is no stream counter-none');
  });

  test('is only counted in a dry run', async () => {
    await the.data.store(counterStream('dry', '2026-02-01T00:00:00Z'));
    expect(await republish({ stream: 'counter-dry', dryRun: true })).toMatchObject({ published: 4 });
    expect(the.topic.published).toEqual([]);
  });
});

test('What is older than consumers remember is left out and counted, unless it is asked for', async () => {
  const now = Date.now();
  const [old] = counterStream('ages', new Date(now - 30 * 86_400_000).toISOString());
  const [, recent] = counterStream('ages', new Date(now - 28 * 86_400_000).toISOString());
  await the.data.store([old, recent] as StoredEvent[]);
  expect(await operate({ stream: 'counter-ages' })).toMatchObject({ published: 1, tooOld: 1 });
  expect(the.topic.published.map(({ eventId }) => eventId)).toEqual([recent?.eventId]);
  expect(await operate({ stream: 'counter-ages', old: true })).toMatchObject({ published: 2, tooOld: 0 });
});

describe('a time', () => {
  const early = counterStream('early', '2026-03-01T23:59:58Z');
  const late = counterStream('late', '2026-03-02T12:00:00Z');
  beforeAll(() => the.data.store([...early, ...late]));

  test('of one type, from inclusive, to exclusive, over the end of a day', async () => {
    const range = { from: '2026-03-01T23:59:58Z', to: '2026-03-02T12:00:00Z' };
    await republish({ type: 'CounterStarted', ...range });
    expect(places(the.topic.published)).toEqual(['counter-early@1']);
    await republish({ type: 'CounterIncreased', ...range });
    expect(places(the.topic.published)).toEqual(['counter-early@1', 'counter-early@2', 'counter-early@3']);
  });

  test('of all types, in chunks, each event once', async () => {
    const asked = { from: '2026-03-01', to: '2026-03-03' };
    const now = hurrying(20_000);
    let published = 0;
    let progress = 0;
    let answer = await republish(asked, { now });
    for (let chunks = 1; ; chunks++) {
      published += answer.published;
      expect(answer.progress).toBeGreaterThanOrEqual(progress);
      progress = answer.progress;
      if (!answer.continuationToken) {
        expect(chunks).toBeGreaterThan(3);
        break;
      }
      answer = await republish({ ...asked, continuationToken: answer.continuationToken }, { now });
    }
    expect(published).toBe(8);
    expect(progress).toBe(1);
    expect(places(the.topic.published)).toEqual(places([...early, ...late]));
  });

  test('at a rate', async () => {
    const slept: number[] = [];
    let now = Date.now();
    const sleep = async (ms: number) => {
      slept.push(ms);
      now += ms;
    };
    await republish({ from: '2026-03-01', to: '2026-03-03', rate: 2 }, { now: () => now, sleep });
    expect(the.topic.published).toHaveLength(8);
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(3_000);
  });
});

test.each([
  [{}, /say one of/],
  [{ stream: 'counter-1', publisherFailures: true }, /say one of/],
  [{ type: 'CounterStarted' }, /from and to/],
  [{ from: '2026-03-02', to: '2026-03-01' }, /from must be before to/],
  [{ type: 'CounterEaten', from: 'today', to: '2026-03-01' }, /type: .*from: /],
])('%j is refused', async (input, message) => {
  await expect(republish(input)).rejects.toThrow(message);
});
