import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { type DeliberateDefect, withoutCondition, writesTo } from './deliberate.ts';

const slow = new WeakSet<object>();

/** Mistakes with effects outside. */
export const emailDefects: readonly DeliberateDefect[] = [
  {
    name: 'notified before it is known: the idempotency record is completed, the message never sent',
    caughtAs: ['lost'],
    send: (call, next) => (call.service === 'mail' ? next().catch(() => ({})) : next()),
  },
  {
    name: 'idempotency of emails off: whoever gets the message sends it',
    caughtAs: ['doubled'],
    send: (call, next) => (call.name === 'PutItemCommand' ? next(withoutCondition(call)) : next()),
  },
  {
    name: 'email sent, and never noted as sent',
    caughtAs: ['doubled'],
    send: async (call, next) => (call.name === 'UpdateItemCommand' ? {} : next()),
  },
  {
    name: 'email sent, and not recorded for those who ask',
    caughtAs: ['lost'],
    send: async (call, next) =>
      call.function === 'notifications' && writesTo(call, /read-?model/i) ? {} : next(),
  },
  {
    name: 'the idempotency record of a slow batch deleted',
    caughtAs: ['doubled'],
    exposedBy: 'slow',
    async send(call, next) {
      const begun = Date.now();
      const answer = await next();
      if (Date.now() - begun >= 1_000) slow.add(call.invocation);
      if (call.name !== 'UpdateItemCommand' || !slow.has(call.invocation)) return answer;
      const { TableName, Key } = call.input;
      await next(new DeleteItemCommand({ TableName, Key } as never));
      return answer;
    },
  },
];
