import { describe, expect, test } from '@jest/globals';
import { receiveAll } from '#kit/operations/receive-all.ts';
import { fakeQueue } from '#tests/support/fake-queue.ts';

const queue = (...of: Parameters<typeof fakeQueue>) => {
  const { runtime, released } = fakeQueue(...of);
  const receive = (limit = 1_000) =>
    receiveAll(runtime, 'http://queue', { limit, deadline: Number.POSITIVE_INFINITY, hideSeconds: 60 });
  return { receive, released };
};

describe('Receiving all of a queue', () => {
  test.each([
    ['empty', { visible: 0, inFlight: 35 }, true],
    ['empty, though the estimate still counts what was received', { visible: 35, inFlight: 0 }, true],
    ['empty but for what others have in flight', { visible: 0, inFlight: 120_000 }, true],
    ['at the limit of what SQS keeps in flight', { visible: 80_000, inFlight: 119_000 }, false],
  ])('where it is %s', async (_, sizes, complete) => {
    const received = await queue(35, sizes).receive();
    expect(received.messages).toHaveLength(35);
    expect(received.complete).toBe(complete);
  });

  test('is not complete where its own limit ends it, and its sizes are not asked for', async () => {
    const { complete } = await queue(35, new Error('asked')).receive(20);
    expect(complete).toBe(false);
  });

  test('gives everything back where the sizes cannot be had', async () => {
    const { receive, released } = queue(35, new Error('throttled'));
    await expect(receive()).rejects.toThrow('throttled');
    expect(released).toHaveLength(35);
  });
});
