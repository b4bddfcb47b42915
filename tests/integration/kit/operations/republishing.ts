import type { PublishBatchCommandInput } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { type Republished, republish } from '#functions/operations/republish/republish.ts';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { placesOf } from '#tests/support/counter/streams.ts';
import type { Tables } from '#tests/support/tables.ts';

/** Stored events, a topic and the publisher's failures. */
export interface Republishing {
  data: Tables;
  /** Of the present test. */
  queues: CounterQueues;
  topic: ReturnType<typeof fakeTopic>;
  operate(input: object, parts?: RuntimeParts): Promise<Republished>;
  /** As `operate`, with old events: the streams are months old, so that each test has days of its own. */
  republish(input: object, parts?: RuntimeParts): Promise<Republished>;
}

/** A topic that keeps what it is sent, and refuses an entry where `refuses` says so. */
export function fakeTopic(refuses: (event: StoredEvent) => boolean = () => false) {
  const published: StoredEvent[] = [];
  const send = async ({ input }: { input: PublishBatchCommandInput }) => {
    const entries = (input.PublishBatchRequestEntries ?? []).map(({ Id, Message = '' }) => ({
      Id,
      event: JSON.parse(Message) as StoredEvent,
    }));
    const failing = entries.filter(({ event }) => refuses(event));
    published.push(...entries.filter((entry) => !failing.includes(entry)).map(({ event }) => event));
    return { Failed: failing.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
  };
  return { published, sns: { send } as unknown as Runtime['sns'] };
}

export const places = (events: readonly StoredEvent[]): string[] => placesOf(events).sort();

/** Gives a file tables of its own, and each of its tests queues and a topic. */
export function republishing(): Republishing {
  const opened: CounterQueues[] = [];
  const the = {
    operate: (input, parts = {}) =>
      republish(
        the.data.runtime({
          sqs: the.queues.sqs,
          sns: the.topic.sns,
          ...parts,
          settings: { TOPIC_ARN: 'topic', PUBLISHER_FAILURES_URL: the.queues.failures },
        }),
        input,
      ),
    republish: (input, parts) => the.operate({ old: true, ...input }, parts),
  } as Republishing;
  beforeAll(async () => {
    the.data = await startCounters();
  });
  beforeEach(async () => {
    the.queues = await startCounterQueues();
    opened.push(the.queues);
    the.topic = fakeTopic();
  });
  afterAll(() => {
    the.data.stop();
    for (const { stop } of opened) stop();
  });
  return the;
}
