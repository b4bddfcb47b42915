import type { PublishBatchCommand } from '@aws-sdk/client-sns';
import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { toMessage } from '#kit/messaging/outgoing-message.ts';
import { publish } from '#kit/messaging/publish.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

const LIMIT = 256 * 1024;

type Batch = PublishBatchCommand['input'];

const plain = createRuntime(counterApplication, { settings: {} });

const eventOf = (index: number, data: object = {}): StoredEvent => ({
  streamId: 'thing-1',
  version: index + 1,
  eventId: `e${index}`,
  aggregateType: 'thing',
  aggregateId: '1',
  eventType: 'ThingHappened',
  schemaVersion: 1,
  data,
  metadata: {
    userId: 'ada',
    timestamp: '2026-05-01T12:00:00.000Z',
    correlationId: 'c-1',
    causationId: 'r',
    commandId: 'k',
  },
});

/** Events whose messages have these sizes. */
const sized = (...sizes: number[]): StoredEvent[] =>
  sizes.map((bytes, index) => {
    const empty = toMessage(plain, eventOf(index, { pad: '' })).bytes;
    return eventOf(index, { pad: 'x'.repeat(Math.max(0, bytes - empty)) });
  });

const none = { failed: new Set(), refused: new Set() };

function topic(answer: (batch: Batch, call: number) => object = () => ({})) {
  const calls: Batch[] = [];
  const counted: [string, number | undefined][] = [];
  const sns = {
    send: async ({ input }: PublishBatchCommand) => {
      calls.push(input);
      return answer(input, calls.length);
    },
  } as unknown as Runtime['sns'];
  const runtime = createRuntime(counterApplication, {
    sns,
    settings: { TOPIC_ARN: 'arn:topic' },
    logger: silentLogger(),
    metrics: { ...noMetrics, count: (name, value) => counted.push([name, value]) },
  });
  const ids = () =>
    calls.map((call) =>
      call.PublishBatchRequestEntries?.map(({ Message = '' }) => JSON.parse(Message).eventId),
    );
  return { runtime, calls, ids, counted };
}

const small = (count: number) => Array.from({ length: count }, (_, index) => eventOf(index));

describe('Publishing', () => {
  test('takes ten messages a call', async () => {
    const { runtime, calls } = topic();
    expect(await publish(runtime, small(23))).toEqual(none);
    expect(calls.map(({ PublishBatchRequestEntries }) => PublishBatchRequestEntries?.length)).toEqual([
      10, 10, 3,
    ]);
    expect(calls[0]?.TopicArn).toBe('arn:topic');
  });

  test('publishes nothing without a call', async () => {
    const { runtime, calls } = topic();
    expect(await publish(runtime, [])).toEqual(none);
    expect(calls).toEqual([]);
  });

  test('fills a call up to the size limit, and not a byte above', async () => {
    const { runtime, ids } = topic();
    await publish(runtime, sized(LIMIT / 2, LIMIT / 2, 1_000, LIMIT - 1_000, 1_000));
    expect(ids()).toEqual([['e0', 'e1'], ['e2', 'e3'], ['e4']]);
  });

  test('refuses an event that is too large for a message, and publishes the others', async () => {
    const { runtime, ids, counted } = topic();
    expect(await publish(runtime, sized(1_000, LIMIT + 1, LIMIT, 1_000))).toEqual({
      failed: new Set(),
      refused: new Set(['e1']),
    });
    expect(ids().flat()).toEqual(['e0', 'e2', 'e3']);
    expect(counted).toEqual([['EventsRefused', 1]]);
  });

  test('refuses an event that is no JSON, and publishes the others', async () => {
    const { runtime, ids } = topic();
    const { refused } = await publish(runtime, [
      eventOf(0),
      eventOf(1, { n: 12345678901234567890n }),
      eventOf(2),
    ]);
    expect(refused).toEqual(new Set(['e1']));
    expect(ids()).toEqual([['e0', 'e2']]);
  });

  test('sends no character that SNS does not take', async () => {
    const { runtime, calls } = topic();
    await publish(runtime, [eventOf(0, { text: 'a\ufffe\uffff💥' })]);
    const message = calls[0]?.PublishBatchRequestEntries?.[0]?.Message ?? '';
    expect(message).not.toMatch(/[\ufffe\uffff]/);
    expect(JSON.parse(message).data.text).toBe('a\ufffe\uffff💥');
  });

  test('refuses the entry of which SNS says that the message is wrong', async () => {
    const { runtime } = topic(() => ({
      Failed: [
        { Id: '1', Code: 'InvalidParameter', SenderFault: true },
        { Id: '2', Code: 'AuthorizationError', SenderFault: true },
      ],
    }));
    expect(await publish(runtime, small(4))).toEqual({ failed: new Set(['e2']), refused: new Set(['e1']) });
  });

  test('finds the one message for which SNS refuses a whole call', async () => {
    const { runtime } = topic(({ PublishBatchRequestEntries: entries = [] }) => {
      if (entries.some(({ Message }) => Message?.includes('"e3"'))) {
        throw Object.assign(new Error('Invalid parameter'), { name: 'InvalidParameterException' });
      }
      return {};
    });
    expect(await publish(runtime, small(12))).toEqual({ failed: new Set(), refused: new Set(['e3']) });
  });

  test.each([
    'NotFoundException',
    'AuthorizationErrorException',
    'KMSAccessDeniedException',
    'ThrottledException',
  ])('tries all again after a %s: no message is at fault', async (name) => {
    const { runtime } = topic(() => {
      throw Object.assign(new Error('no'), { name });
    });
    const { failed, refused } = await publish(runtime, small(3));
    expect([failed.size, refused.size]).toEqual([3, 0]);
  });

  test('answers with the entries that failed, of whichever call', async () => {
    const { runtime, counted } = topic((_, call) =>
      call === 2 ? { Failed: [{ Id: '0' }, { Id: '2', Code: 'InternalError', SenderFault: false }] } : {},
    );
    expect(await publish(runtime, small(14))).toEqual({ ...none, failed: new Set(['e10', 'e12']) });
    expect(counted).toEqual([['PublishFailures', 2]]);
  });

  test('answers with all entries of a call that failed as a whole; the others are published', async () => {
    const { runtime } = topic((_, call) => {
      if (call === 1) throw new Error('no connection');
      return {};
    });
    const ids = small(10).map(({ eventId }) => eventId);
    expect(await publish(runtime, small(12))).toEqual({ ...none, failed: new Set(ids) });
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
