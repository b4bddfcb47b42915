import type { SQSEvent } from 'aws-lambda';
import { application } from '#application';
import { createHandler as createAudit } from '#functions/operations/audit/handler.ts';
import type { ScheduledAudit } from '#functions/operations/audit/report.ts';
import { saveState } from '#functions/operations/audit/state.ts';
import { createHandler as createSteps } from '#functions/operations/audit-steps/handler.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { VirtualClock } from '#tests/properties/simulator/clock.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';
import { OrderFlood } from './order-flood.ts';

const MINUTE = 60_000;

/** What no emulator can tell: assumptions. */
export const assumptions = {
  /** ms until AWS answers a call; calls at the same time wait at the same time. */
  latencyMs: 6,
  /** ms of the processor of a function of 512 MB (0.29 of one) for each call: one after the other. */
  processorMs: 2,
  memoryGb: 0.5,
};

export interface KeepUpOptions {
  /** Orders of the flood in a second; each has five events. */
  perSecond: number;
  /** Lanes at work at the same time. */
  lanes: number;
  /** How many times as long a call takes as assumed: a lane that is so much slower, for a load that is so much smaller. */
  slower?: number;
  /** How long orders have come before the first run, and how many runs there are, five minutes apart. */
  backlogMs: number;
  runs: number;
  /** Events of a type that a run checks by itself: as without lanes where it is very large. */
  inline?: number;
}

export interface KeepUp {
  /** By run: how many seconds the first pass was behind the events that were old enough. */
  behindSeconds: number[];
  /** Checked by the first pass. */
  events: number;
  calls: Record<string, number>;
  /** Of the audit and its steps together. */
  invocations: number;
  gigabyteSeconds: number;
  /** What it found missing: nothing is. */
  missing: number;
}

interface Step {
  body: string;
  type: string;
}

/** Runs the audit and its steps as they are deployed, in simulated time, while orders come. */
export async function keepUp(options: KeepUpOptions): Promise<KeepUp> {
  const { perSecond, lanes, slower = 1, backlogMs, runs, inline } = options;
  const clock = new VirtualClock(Date.UTC(2026, 5, 15, 12));
  // Old enough at the first run: a backlog of that time.
  const flood = new OrderFlood(clock.now() - backlogMs - 5 * MINUTE, perSecond);
  const result: KeepUp = {
    behindSeconds: [],
    events: 0,
    calls: {},
    invocations: 0,
    gigabyteSeconds: 0,
    missing: 0,
  };
  const queue: Step[] = [];
  let atWork = 0;

  /** A function's own runtime, and with it its own processor. */
  const invoke = async <Answer>(run: (runtime: Runtime) => Promise<Answer>): Promise<Answer> => {
    const begin = clock.now();
    let free = begin;
    const send = async (command: { constructor: { name: string }; input: object }) => {
      const { name } = command.constructor;
      result.calls[name] = (result.calls[name] ?? 0) + 1;
      free = Math.max(free, clock.now()) + slower * assumptions.processorMs;
      await clock.sleep(free + slower * assumptions.latencyMs - clock.now());
      if (name !== 'SendMessageBatchCommand') return flood.perform(command);
      const { Entries } = command.input as {
        Entries: { MessageBody: string; MessageAttributes: { messageType: { StringValue: string } } }[];
      };
      for (const { MessageBody, MessageAttributes } of Entries) {
        queue.push({ body: MessageBody, type: MessageAttributes.messageType.StringValue });
      }
      poll();
      return {};
    };
    const client = { send } as unknown;
    const runtime = createRuntime(application, {
      now: () => clock.now(),
      sleep: (ms) => clock.sleep(ms),
      dynamo: client as Runtime['dynamo'],
      sqs: client as Runtime['sqs'],
      logger: silentLogger(),
      metrics: noMetrics,
      settings: SETTINGS,
    });
    try {
      return await run(runtime);
    } finally {
      result.invocations++;
      result.gigabyteSeconds += ((clock.now() - begin) / 1_000) * assumptions.memoryGb;
    }
  };

  const poll = () => {
    while (atWork < lanes && queue.length > 0) {
      const step = queue.shift() as Step;
      atWork++;
      void invoke((runtime) => createSteps(runtime)(eventOf(step))).then(({ batchItemFailures }) => {
        if (batchItemFailures.length > 0) throw new Error('a step failed');
        atWork--;
        poll();
      });
    }
  };

  let done = false;
  const schedule = async () => {
    const auditedTo = clock.now() - 5 * MINUTE - backlogMs;
    const later = { auditedTo: clock.now() - 24 * 60 * MINUTE };
    await invoke((runtime) =>
      saveState(runtime, { version: 0, passes: { first: { auditedTo }, second: later }, pending: [] }),
    );
    for (let run = 0; run < runs; run++) {
      const begin = clock.now();
      const input = { scheduled: true, ...(inline !== undefined && { inline }) };
      const answer = (await invoke((runtime) => createAudit(runtime)(input))) as ScheduledAudit;
      result.events += answer.events;
      result.missing += answer.behind.length;
      const ofAge = begin - 5 * MINUTE;
      result.behindSeconds.push(Math.round((ofAge - Date.parse(answer.auditedTo.first)) / 1_000));
      if (run < runs - 1) await clock.sleep(begin + 5 * MINUTE - clock.now());
    }
    done = true;
  };
  let failure: unknown;
  void schedule().catch((error) => {
    failure = error;
    done = true;
  });
  await clock.run(() => done);
  if (failure) throw failure;
  return result;
}

const SETTINGS = {
  EVENTS_TABLE: 'events',
  READ_MODEL_TABLE: 'read-model',
  CONSUMER: 'audit-steps',
  AUDIT_QUEUE_URL: 'steps',
  QUEUE_URL: 'steps',
  MAX_RECEIVE_COUNT: '5',
  HOME_COUNTRY: 'US',
  HIGH_VALUE_THRESHOLD: '1000',
  REVIEW_HOURS: '24',
  REFUND_GATEWAY: 'confirm',
  CONSUMER_SUBSCRIPTIONS: JSON.stringify({
    'fraud-review': { queue: 'fraud-review', filter: { total: [{ numeric: ['>=', 1_000] }] } },
    customs: { queue: 'customs', filter: { country: [{ 'anything-but': ['US'] }] } },
  }),
};

const eventOf = ({ body, type }: Step): SQSEvent =>
  ({
    Records: [
      {
        messageId: 'm0',
        body,
        attributes: { ApproximateReceiveCount: '1' },
        messageAttributes: { messageType: { stringValue: type, dataType: 'String' } },
      },
    ],
  }) as unknown as SQSEvent;
