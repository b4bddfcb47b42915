import type { Call } from '#tests/properties/simulator/defect.ts';
import type { DeliberateDefect, Input } from './deliberate.ts';

/** A message of the audit to a consumer's queue. */
const isRedelivery = (call: Call): boolean =>
  ['audit', 'audit-steps'].includes(call.function) &&
  call.service === 'sqs' &&
  !String(call.input.QueueUrl).includes('AuditSteps');

const isToProjection = ({ input: { QueueUrl } }: Call): boolean =>
  /\/(OrderView|StockView|CatalogueView|Reviews)Queue$/.test(String(QueueUrl));

const readsTickState = (call: Call): boolean =>
  call.function === 'deadline-tick' && call.name === 'GetCommand';

/** Invocations that go by the tick's progress: one that sends again does not. */
const ticks = new WeakSet<object>();

/** Mistakes of what runs on a schedule. */
export const scheduleDefects: readonly DeliberateDefect[] = [
  {
    name: 'nothing that the audit redelivers leaves',
    caughtAs: ['lost', 'wrong view'],
    exposedBy: 'queue purged',
    send: async (call, next) => (isRedelivery(call) ? {} : next()),
  },
  {
    name: 'the audit redelivers to projections alone',
    caughtAs: ['lost', 'wrong view'],
    send: async (call, next) => (isRedelivery(call) && !isToProjection(call) ? {} : next()),
  },
  {
    name: 'a tick begins at its own time, and not where the last one stopped',
    caughtAs: ['lost'],
    exposedBy: 'tick lost',
    async send(call, next) {
      const answer = (await next()) as { Item?: Input };
      if (!readsTickState(call) || !answer.Item) return answer;
      const startedAt = call.invocation.startedAt - 60_000;
      return {
        ...answer,
        Item: { ...answer.Item, completed: { startedAt: startedAt + 120_000, sentTo: startedAt } },
      };
    },
  },
  {
    name: 'the tick does not look back for what the index shows late',
    caughtAs: ['lost'],
    async send(call, next) {
      const answer = (await next()) as { Item?: Input };
      if (!readsTickState(call) || !answer.Item) return answer;
      const completed = answer.Item.completed as { startedAt: number };
      return {
        ...answer,
        Item: { ...answer.Item, completed: { ...completed, startedAt: completed.startedAt + 120_000 } },
      };
    },
  },
  {
    name: 'a deadline that its queue has lost is not sent again',
    caughtAs: ['lost'],
    exposedBy: 'queue purged',
    async send(call, next) {
      if (readsTickState(call)) ticks.add(call.invocation);
      const isAgain = call.function === 'deadline-tick' && !ticks.has(call.invocation);
      return isAgain && call.name === 'SendMessageBatchCommand' ? {} : next();
    },
  },
  {
    name: 'due messages that the queue did not take are not sent again',
    caughtAs: ['lost'],
    exposedBy: 'entries failed',
    async send(call, next) {
      const answer = (await next()) as object;
      return call.name === 'SendMessageBatchCommand' ? { ...answer, Failed: [] } : answer;
    },
  },
];
