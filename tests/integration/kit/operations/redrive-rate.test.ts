import type { SendMessageBatchCommandInput } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { counterStream, placesOf as places } from '#tests/support/counter/streams.ts';
import { countOf, faulty } from '#tests/support/queues.ts';
import { at, redriving } from './redriving.ts';

const the = redriving();
const { redrive, tally, bodies, bury } = the;

describe('the rate', () => {
  /** A clock that only sleeping moves, and calls by a hundredth of a second. */
  const virtualTime = () => {
    let now = Date.now() + 1_000;
    return {
      now: () => now,
      sleep: async (ms: number) => {
        now += ms;
      },
      tick: () => {
        now += 10;
      },
    };
  };

  const timed = (time: ReturnType<typeof virtualTime>, sent: number[]) =>
    faulty(the.queues.sqs, (name, { input }, pass) => {
      time.tick();
      if (name === 'SendMessageBatch') {
        const { Entries = [] } = input as SendMessageBatchCommandInput;
        sent.push(...Entries.map(() => time.now()));
      }
      return pass();
    });

  const manyStreams = (count: number) =>
    Array.from({ length: count }, (_, index) => counterStream(`c-${index}`, at, 1)).flat();

  test('is never exceeded in any second', async () => {
    await bury(manyStreams(23));
    const time = virtualTime();
    const sent: number[] = [];
    const { now, sleep } = time;
    const answer = await redrive({ consumer: 'tally', rate: 4 }, { sqs: timed(time, sent), now, sleep });
    expect(answer.redriven).toHaveLength(23);
    for (const [index, ms] of sent.entries()) {
      const earlier = sent[index - 4];
      if (earlier !== undefined) expect(ms - earlier).toBeGreaterThanOrEqual(1_000);
    }
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeGreaterThanOrEqual(4_900);
  });

  test('makes several chunks of long work; between them what is left is visible', async () => {
    await bury(manyStreams(15));
    const time = virtualTime();
    const sent: number[] = [];
    const parts = { sqs: timed(time, sent), now: time.now, sleep: time.sleep };
    const first = await redrive({ consumer: 'tally', rate: 1 }, parts);
    expect(first.redriven.length).toBeLessThan(15);
    expect(first.continuationToken).toBeDefined();
    expect(await countOf(the.queues.sqs, tally().deadLetters)).toEqual({
      visible: 15 - first.redriven.length,
      hidden: 0,
    });
    const second = await redrive(
      { consumer: 'tally', rate: 1, continuationToken: first.continuationToken },
      parts,
    );
    expect(second).not.toHaveProperty('continuationToken');
    expect(first.redriven.length + second.redriven.length).toBe(15);
    expect(places(await bodies(tally().queue)).sort()).toEqual(places(manyStreams(15)).sort());
  });
});

test('A queue too long for one look is redriven in several, those not selected out of the way', async () => {
  const all = Array.from({ length: 80 }, (_, index) => counterStream(`c-${index}`, at, 1)).flat();
  await bury(all.slice(0, 40), new TypeError('bad day'));
  await bury(all.slice(40), new Error('down'));
  const { groups } = await redrive({ consumer: 'tally', dryRun: true });
  const fingerprint = groups.find(({ errorName }) => errorName === 'TypeError')?.fingerprint;

  // Receiving is so slow that each look ends after one round of calls.
  let ms = Date.now() + 1_000;
  const sqs = faulty(the.queues.sqs, async (name, _, pass) => {
    const answer = await pass();
    if (name === 'ReceiveMessage') ms += 25_000;
    return answer;
  });
  const parts = { sqs, now: () => ms, sleep: async () => undefined };
  const asked = { consumer: 'tally', fingerprint };
  const redriven: { streamId?: string; version?: number }[] = [];
  let answer = await redrive(asked, parts);
  expect(answer.complete).toBe(false);
  for (let looks = 1; ; looks++) {
    redriven.push(...answer.redriven);
    if (!answer.continuationToken) {
      expect(looks).toBeGreaterThan(1);
      break;
    }
    answer = await redrive({ ...asked, continuationToken: answer.continuationToken }, parts);
  }
  expect(places(redriven).sort()).toEqual(places(all.slice(0, 40)).sort());
  expect(await countOf(the.queues.sqs, tally().queue)).toEqual({ visible: 40, hidden: 0 });
  const { visible, hidden } = await countOf(the.queues.sqs, tally().deadLetters);
  expect(visible + hidden).toBe(40);
});
