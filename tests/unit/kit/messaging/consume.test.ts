import { type ChangeMessageVisibilityBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, jest, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { createConsumer } from '#kit/messaging/consume.ts';
import type { Handle, HandleMessage, MessageHandlers } from '#kit/messaging/delivery.ts';
import { each } from '#kit/messaging/handle-batch.ts';
import { RetryLater } from '#kit/messaging/retry.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';

const events = counterStream('c-1', '2026-05-01T12:00:00.000Z');
const NOW = Date.UTC(2026, 4, 2);

type Sent = SendMessageCommand['input'];
type Delayed = ChangeMessageVisibilityBatchCommand['input'];

/** A consumer whose queue answers as told. */
function consumer(
  handle: Handle,
  queue: { onSend?: () => object; onDelay?: () => object } = {},
  others?: MessageHandlers,
) {
  const deadLetters: Sent[] = [];
  const delays: Delayed[] = [];
  const counted: Record<string, number> = {};
  const flush = jest.fn();
  const sqs = {
    send: async (command: SendMessageCommand | ChangeMessageVisibilityBatchCommand) => {
      if (command instanceof SendMessageCommand) {
        const answer = queue.onSend?.() ?? {};
        deadLetters.push(command.input);
        return answer;
      }
      delays.push(command.input);
      return queue.onDelay?.() ?? {};
    },
  } as unknown as Runtime['sqs'];
  const runtime = createRuntime(counterApplication, {
    sqs,
    now: () => NOW,
    random: () => 0.999,
    logger: silentLogger(),
    metrics: {
      ...noMetrics,
      count: (name, value = 1) => {
        counted[name] = (counted[name] ?? 0) + value;
      },
      flush,
    },
    settings: {
      CONSUMER: 'tally',
      QUEUE_URL: 'http://queue',
      DEAD_LETTER_QUEUE_URL: 'http://dead-letters',
      MAX_RECEIVE_COUNT: '5',
      RETRY_BASE_SECONDS: '2',
    },
  });
  return { run: createConsumer(runtime, handle, others), deadLetters, delays, counted, flush };
}

const well: Handle = async () => new Map();
const badly: Handle = each(async () => {
  throw new TypeError('no way');
});

const failed = (...ids: string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
});

function withBody(event: SQSEvent, index: number, body: string): SQSEvent {
  const record = event.Records[index];
  if (record) record.body = body;
  return event;
}

const asStep = (event: SQSEvent, index: number): SQSEvent => {
  const record = withBody(event, index, '{"n":1}').Records[index];
  const messageType = { stringValue: 'rebuild-step', dataType: 'String' };
  if (record) record.messageAttributes = { messageType };
  return event;
};

const changed = (change: object) => JSON.stringify({ ...events[0], ...change });

test('A batch ends only when the delays of its retries are set: what Lambda freezes may never be sent', async () => {
  let answered = () => {};
  const onDelay = () =>
    new Promise<object>((resolve) => {
      answered = () => resolve({});
    });
  const { run, delays } = consumer(badly, { onDelay });
  let ended = false;
  const batch = run(sqsEvent(events.slice(0, 1))).then((result) => {
    ended = true;
    return result;
  });
  while (delays.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  answered();
  expect(await batch).toEqual(failed('m0'));
});

describe('A consumer', () => {
  test('reports no failure where there was none, and sends nothing', async () => {
    const { run, deadLetters, delays, counted, flush } = consumer(well);
    expect(await run(sqsEvent(events))).toEqual(failed());
    expect([...deadLetters, ...delays]).toEqual([]);
    expect(counted).toEqual({});
    expect(flush).toHaveBeenCalledTimes(1);
  });

  test('reports the message that failed, and lets it come back after its backoff', async () => {
    const { run, delays, deadLetters, counted } = consumer(
      each(async ({ version }) => {
        if (version === 2) throw new Error('two');
      }),
    );
    expect(await run(sqsEvent(events, 3))).toEqual(failed('m1'));
    expect(deadLetters).toEqual([]);
    expect(delays).toEqual([
      {
        QueueUrl: 'http://queue',
        Entries: [{ Id: '0', ReceiptHandle: 'handle-1', VisibilityTimeout: 8 }],
      },
    ]);
    expect(counted).toEqual({ MessagesRetried: 1 });
  });

  test.each([
    [90.2, 91],
    [100_000, 11 * 3_600],
  ])('lets a message that says when come back then: in %d s, at most in 11 hours', async (seconds, delay) => {
    const { run, delays } = consumer(
      each(async () => {
        throw new RetryLater('not yet', seconds);
      }),
    );
    await run(sqsEvent(events.slice(0, 1)));
    expect(delays[0]?.Entries).toMatchObject([{ VisibilityTimeout: delay }]);
  });

  test('fails all messages of a batch that fails as a whole', async () => {
    const { run } = consumer(async () => {
      throw new Error('all');
    });
    expect(await run(sqsEvent(events))).toEqual(failed('m0', 'm1', 'm2', 'm3'));
  });

  test('delays ten messages a call', async () => {
    const { run, delays } = consumer(badly);
    await run(sqsEvent([...events, ...events, ...events]));
    expect(delays.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
  });

  test('reports what failed also where its backoff cannot be set', async () => {
    const broken = consumer(badly, {
      onDelay: () => {
        throw new Error('sqs is down');
      },
    });
    expect(await broken.run(sqsEvent(events.slice(0, 1)))).toEqual(failed('m0'));
    const refused = consumer(badly, {
      onDelay: () => ({ Failed: [{ Id: '0', Code: 'InvalidParameterValue' }] }),
    });
    expect(await refused.run(sqsEvent(events.slice(0, 1)))).toEqual(failed('m0'));
  });

  test.each([
    ['not JSON', 'hello', 'InvalidEnvelope'],
    ['JSON, but no event', '{"a":1}', 'InvalidEnvelope'],
    ['null', 'null', 'InvalidEnvelope'],
    ['of data that its schema does not take', changed({ data: { limit: 'much' } }), 'InvalidEventData'],
  ])(
    'sends a message that is %s to the dead letters at once, its body untouched',
    async (_, body, errorName) => {
      const handled = jest.fn<() => Promise<void>>(async () => undefined);
      const { run, deadLetters, delays } = consumer(each(handled));
      expect(await run(withBody(sqsEvent(events), 1, body))).toEqual(failed());
      expect(handled).toHaveBeenCalledTimes(3);
      expect(delays).toEqual([]);
      expect(deadLetters).toMatchObject([
        {
          QueueUrl: 'http://dead-letters',
          MessageBody: body,
          MessageAttributes: { errorName: { DataType: 'String', StringValue: errorName } },
        },
      ]);
    },
  );

  test.each([
    ['of an unknown type', changed({ eventType: 'CounterEaten' }), 'UnknownEventType'],
    ['of a version from the future', changed({ schemaVersion: 99 }), 'NewerSchemaVersion'],
  ])('lets a message that is %s wait for newer code, and for hours', async (_, body, errorName) => {
    const { run, deadLetters, delays } = consumer(well);
    const seconds: number[] = [];
    for (const receiveCount of [1, 2, 3, 4]) {
      expect(await run(withBody(sqsEvent(events, receiveCount), 1, body))).toEqual(failed('m1'));
      seconds.push(delays.at(-1)?.Entries?.[0]?.VisibilityTimeout ?? 0);
    }
    expect(deadLetters).toEqual([]);
    expect(seconds.reduce((a, b) => a + b)).toBeGreaterThan(1_800);
    expect(await run(withBody(sqsEvent(events, 5), 1, body))).toEqual(failed());
    expect(deadLetters).toMatchObject([
      { MessageBody: body, MessageAttributes: { errorName: { StringValue: errorName } } },
    ]);
  });

  test('sends to the dead letters on the last try, with the reason', async () => {
    const { run, deadLetters, delays, counted } = consumer(badly);
    expect(await run(sqsEvent(events.slice(0, 1), 4))).toEqual(failed('m0'));
    expect(deadLetters).toEqual([]);
    expect(await run(sqsEvent(events.slice(0, 1), 5))).toEqual(failed());
    expect(delays).toHaveLength(1);
    const attributes = Object.entries(deadLetters[0]?.MessageAttributes ?? {});
    expect(Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue]))).toEqual({
      consumer: 'tally',
      errorName: 'TypeError',
      errorMessage: 'no way',
      fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/),
      receiveCount: '5',
      firstFailureAt: '2025-10-09T08:53:20.000Z',
      lastFailureAt: '2026-05-02T00:00:00.000Z',
      correlationId: 'correlation-1',
      eventType: 'CounterStarted',
    });
    expect(counted).toMatchObject({ DeadLetters: 1 });
  });

  test('keeps a message that the dead letters did not take', async () => {
    const { run, counted } = consumer(badly, {
      onSend: () => {
        throw new Error('sqs is down');
      },
    });
    expect(await run(withBody(sqsEvent(events.slice(0, 2), 5), 1, 'poison'))).toEqual(failed('m0', 'm1'));
    expect(counted.DeadLetters).toBeUndefined();
  });

  test('does steps beside the events, which do not wait for them', async () => {
    const taken: unknown[] = [];
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const order: string[] = [];
    const handleStep: HandleMessage = async (step, receiveCount) => {
      taken.push([step, receiveCount]);
      await ended;
      order.push('step');
    };
    const handle: Handle = async (deliveries) => {
      order.push(`${deliveries.length} events`);
      return new Map();
    };
    const { run } = consumer(handle, {}, { 'rebuild-step': handleStep });
    const running = run(asStep(sqsEvent(events, 2), 1));
    await new Promise(setImmediate);
    end();
    expect(await running).toEqual(failed());
    expect(taken).toEqual([[{ n: 1 }, 2]]);
    expect(order).toEqual(['3 events', 'step']);
  });

  test('lets a step that fails come back, and sends it to the dead letters in the end', async () => {
    const fails = async () => {
      throw new Error('no');
    };
    const { run, deadLetters } = consumer(well, {}, { 'rebuild-step': fails });
    expect(await run(asStep(sqsEvent(events, 4), 1))).toEqual(failed('m1'));
    expect(await run(asStep(sqsEvent(events, 5), 1))).toEqual(failed());
    expect(deadLetters).toMatchObject([
      {
        MessageBody: '{"n":1}',
        MessageAttributes: { messageType: { DataType: 'String', StringValue: 'rebuild-step' } },
      },
    ]);
  });

  test('that knows no steps takes one for poison', async () => {
    const { run, deadLetters } = consumer(well);
    expect(await run(asStep(sqsEvent(events), 1))).toEqual(failed());
    expect(deadLetters).toHaveLength(1);
  });

  test('flushes its metrics also where it fails itself', async () => {
    const { run, flush } = consumer(badly, {});
    await expect(run({ Records: undefined } as unknown as SQSEvent)).rejects.toThrow();
    expect(flush).toHaveBeenCalledTimes(1);
  });
});
