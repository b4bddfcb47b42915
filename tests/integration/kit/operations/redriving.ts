import { afterAll, beforeEach } from '@jest/globals';
import { type Redriven, redrive } from '#functions/operations/redrive/redrive.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type CounterQueues, startCounterQueues } from '#tests/support/counter/queues.ts';
import { takeAll } from '#tests/support/queues.ts';

/** When the counters of these tests begin. */
export const at = '2026-11-23T10:00:00Z';

/** Dead letters of the consumer `tally`, and what one does with them. */
export interface Redriving {
  /** Of the present test. */
  queues: CounterQueues;
  redrive(input: object, parts?: RuntimeParts): Promise<Redriven>;
  tally(): CounterQueues['urls']['tally'];
  /** The events in a queue, which are hidden afterwards. */
  bodies(url: string): Promise<StoredEvent[]>;
  /** Makes dead letters of these events. */
  bury(events: readonly StoredEvent[], error?: Error): Promise<void>;
}

/** Gives each test of a file queues of its own. */
export function redriving(): Redriving {
  const opened: CounterQueues[] = [];
  const the = {
    redrive: (input, parts) => redrive(the.queues.runtime(parts), input),
    tally: () => the.queues.urls.tally,
    bodies: async (url) =>
      (await takeAll(the.queues.sqs, url)).map(({ Body = '' }) => JSON.parse(Body) as StoredEvent),
    async bury(events, error = new Error('down')) {
      for (const event of events) await the.queues.bury('tally', event, error);
    },
  } as Redriving;
  beforeEach(async () => {
    the.queues = await startCounterQueues();
    opened.push(the.queues);
  });
  afterAll(() => {
    for (const { stop } of opened) stop();
  });
  return the;
}
