import {
  changed,
  type DeliberateDefect,
  forgedId,
  type Input,
  withoutCondition,
  writesTo,
} from './deliberate.ts';

/** Mistakes of the write side. */
export const commandDefects: readonly DeliberateDefect[] = [
  {
    name: 'idempotency off: a repeat has another commandId',
    caughtAs: ['doubled'],
    send(call, next) {
      if (!writesTo(call, /Events/)) return next();
      const item = call.input.Item as { metadata: Input };
      const metadata = { ...item.metadata, commandId: forgedId() };
      return next(changed(call, { Item: { ...item, metadata } }));
    },
  },
  {
    name: 'optimistic concurrency off: an event is overwritten',
    caughtAs: ['lost'],
    send: (call, next) => (writesTo(call, /Events/) ? next(withoutCondition(call)) : next()),
  },
  {
    name: 'a lost write taken for a success',
    caughtAs: ['lost'],
    send: (call, next) => (writesTo(call, /Events/) ? next().catch(() => ({})) : next()),
  },
  {
    name: 'stock of an order that was cancelled first is never given back',
    caughtAs: ['lost'],
    async send(call, next) {
      const answer = (await next()) as { Items?: { eventType?: string }[] };
      if (call.function !== 'inventory' || call.name !== 'QueryCommand') return answer;
      return { ...answer, Items: answer.Items?.filter(({ eventType }) => eventType !== 'OrderCancelled') };
    },
  },
];
