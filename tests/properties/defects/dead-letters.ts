import {
  changed,
  type DeliberateDefect,
  type Input,
  isConsumer,
  type Records,
  reported,
} from './deliberate.ts';

/** Mistakes with what failed. */
export const deadLetterDefects: readonly DeliberateDefect[] = [
  {
    name: 'failures of consumers not reported: what failed is deleted',
    caughtAs: ['lost', 'wrong view'],
    result: (name, _, result) =>
      name !== 'publish-events' && isConsumer(result) ? { batchItemFailures: [] } : result,
  },
  {
    name: 'dead letter queue: sent, then not deleted',
    caughtAs: ['doubled'],
    result(_, { Records = [] }, result, deadLetters) {
      if (!isConsumer(result)) return result;
      const sent = (Records as Records).filter(({ body }) => deadLetters.includes(body));
      const kept = sent.map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { batchItemFailures: [...reported(result), ...kept] };
    },
  },
  {
    name: 'dead letter queue: deleted, never sent',
    caughtAs: ['lost'],
    send: async (call, next) => (call.name === 'SendMessageCommand' ? {} : next()),
  },
  {
    name: 'dead letter queue: deleted before a send that fails',
    caughtAs: ['lost'],
    send: (call, next) => (call.name === 'SendMessageCommand' ? next().catch(() => ({})) : next()),
  },
  {
    name: 'dead letter without a reason',
    caughtAs: ['unexplained dead letter'],
    send: (call, next) =>
      call.name === 'SendMessageCommand'
        ? next(changed(call, { MessageAttributes: { consumer: call.input } }))
        : next(),
  },
  {
    name: 'dead letter with another body',
    caughtAs: ['lost'],
    send: (call, next) =>
      call.name === 'SendMessageCommand'
        ? next(changed(call, { MessageBody: JSON.stringify({ message: call.input.MessageBody }) }))
        : next(),
  },
  {
    name: 'backoff off: what failed comes back at once',
    caughtAs: ['unexplained dead letter'],
    send(call, next) {
      if (call.name !== 'ChangeMessageVisibilityBatchCommand') return next();
      const entries = (call.input.Entries as Input[]).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      return next(changed(call, { Entries: entries }));
    },
  },
];
