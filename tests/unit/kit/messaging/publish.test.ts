import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import type { OutgoingMessage } from '#kit/messaging/outgoing-message.ts';
import { publish } from '#kit/messaging/publish.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

const LIMIT = 256 * 1024;

type Batch = PublishBatchCommand['input'];

const messages = (...sizes: number[]): OutgoingMessage[] =>
  sizes.map((bytes, index) => {
    const about = { eventType: 'OrderPaid', streamId: 'order-1', version: index, correlationId: 'c-1' };
    return { id: `e${index}`, body: `body ${index}`, attributes: {}, about, bytes };
  });

function topic(answer: (batch: Batch, call: number) => object = () => ({})) {
  const calls: Batch[] = [];
  const counted: [string, number | undefined][] = [];
  const sns = {
    send: async ({ input }: PublishBatchCommand) => {
      calls.push(input);
      return answer(input, calls.length);
    },
  } as unknown as Runtime['sns'];
  const runtime = createRuntime(application, {
    sns,
    settings: { TOPIC_ARN: 'arn:topic' },
    logger: silentLogger(),
    metrics: { ...noMetrics, count: (name, value) => counted.push([name, value]) },
  });
  const bodies = () => calls.map((call) => call.PublishBatchRequestEntries?.map(({ Message }) => Message));
  return { runtime, calls, bodies, counted };
}

const small = (count: number) => messages(...Array.from({ length: count }, () => 100));

describe('Publishing', () => {
  test('takes ten messages a call', async () => {
    const { runtime, calls } = topic();
    expect(await publish(runtime, small(23))).toEqual(new Set());
    expect(calls.map(({ PublishBatchRequestEntries }) => PublishBatchRequestEntries?.length)).toEqual([
      10, 10, 3,
    ]);
    expect(calls[0]?.TopicArn).toBe('arn:topic');
  });

  test('publishes nothing without a call', async () => {
    const { runtime, calls } = topic();
    expect(await publish(runtime, [])).toEqual(new Set());
    expect(calls).toEqual([]);
  });

  test('fills a call up to the size limit, and not a byte above', async () => {
    const { runtime, bodies } = topic();
    await publish(runtime, messages(LIMIT / 2, LIMIT / 2, 1, LIMIT - 1, 1));
    expect(bodies()).toEqual([['body 0', 'body 1'], ['body 2', 'body 3'], ['body 4']]);
  });

  test('gives a message of its own a call, however large', async () => {
    const { runtime, bodies } = topic();
    await publish(runtime, messages(1, LIMIT + 1, 1));
    expect(bodies()).toEqual([['body 0'], ['body 1'], ['body 2']]);
  });

  test('answers with the entries that failed, of whichever call', async () => {
    const { runtime, counted } = topic((_, call) =>
      call === 2 ? { Failed: [{ Id: '0' }, { Id: '2', Code: 'InternalError', SenderFault: false }] } : {},
    );
    expect(await publish(runtime, small(14))).toEqual(new Set(['e10', 'e12']));
    expect(counted).toEqual([
      ['EventsPublished', 12],
      ['PublishFailures', 2],
    ]);
  });

  test('answers with all entries of a call that failed as a whole; the others are published', async () => {
    const { runtime } = topic((_, call) => {
      if (call === 1) throw new Error('no connection');
      return {};
    });
    expect(await publish(runtime, small(12))).toEqual(new Set(small(10).map(({ id }) => id)));
  });

  test('sends its calls at the same time', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { runtime, calls } = topic(() => gate.then(() => ({})) as unknown as object);
    const published = publish(runtime, small(25));
    expect(calls).toHaveLength(3);
    release();
    await published;
  });
});
