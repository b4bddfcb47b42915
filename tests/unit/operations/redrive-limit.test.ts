import { expect, test } from '@jest/globals';
import { redrive } from '#functions/operations/redrive/redrive.ts';
import { fakeQueue } from '#tests/support/fake-queue.ts';

const atLimit = { visible: 80_000, inFlight: 119_000 };

test('A redrive goes on where SQS gives less than the queue has, and ends where it gives nothing, without saying that it is done', async () => {
  const asked = { consumer: 'tally', fingerprint: 'f00' };
  const some = fakeQueue(35, atLimit);
  expect(await redrive(some.runtime, asked)).toMatchObject({
    matched: 0,
    kept: 35,
    complete: false,
    continuationToken: { before: expect.any(Number) },
  });
  // They stay hidden, so that the next step finds others.
  expect(some.released).toEqual([]);
  const none = await redrive(fakeQueue(0, atLimit).runtime, asked);
  expect(none).toMatchObject({ matched: 0, complete: false });
  expect(none).not.toHaveProperty('continuationToken');
});
