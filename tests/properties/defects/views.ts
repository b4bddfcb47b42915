import { changed, type DeliberateDefect, forgedId, type Input, withoutCondition } from './deliberate.ts';

const PROJECTIONS = ['order-view', 'stock-view'];

/** Mistakes of projections and of whoever reads tables. */
export const viewDefects: readonly DeliberateDefect[] = [
  {
    name: 'version gate off: a view is overwritten with an older one',
    caughtAs: ['wrong view'],
    send: (call, next) =>
      PROJECTIONS.includes(call.function) && call.name === 'PutCommand'
        ? next(withoutCondition(call))
        : next(),
  },
  {
    name: 'gap repair off: of what is missing, only the newest event is applied',
    caughtAs: ['wrong view'],
    async send(call, next) {
      const answer = (await next()) as { Items?: unknown[] };
      const repairs = PROJECTIONS.includes(call.function) && call.name === 'QueryCommand';
      return repairs ? { ...answer, Items: answer.Items?.slice(-1) } : answer;
    },
  },
  {
    name: 'inbox marker off: a counter counts every delivery',
    caughtAs: ['doubled', 'wrong view'],
    send(call, next) {
      if (call.function !== 'sales' || call.name !== 'TransactWriteCommand') return next();
      const items = (call.input.TransactItems as { Put?: Input }[]).filter(({ Put }) => !Put);
      return next(changed(call, { TransactItems: items, ClientRequestToken: undefined }));
    },
  },
  {
    name: 'inbox marker unconditional: it is written, and nobody asks for it',
    caughtAs: ['doubled', 'wrong view'],
    send(call, next) {
      if (call.function !== 'sales' || call.name !== 'TransactWriteCommand') return next();
      const items = (call.input.TransactItems as { Put?: Input }[]).map((item) =>
        item.Put ? { Put: { ...item.Put, ConditionExpression: undefined } } : item,
      );
      return next(changed(call, { TransactItems: items, ClientRequestToken: forgedId() }));
    },
  },
  {
    name: 'a view that could not be written is taken for written',
    caughtAs: ['wrong view'],
    send: (call, next) =>
      call.function === 'order-view' && call.name === 'PutCommand' ? next().catch(() => ({})) : next(),
  },
  {
    name: 'what newer code wrote waits no longer than a failure',
    caughtAs: ['unexplained dead letter'],
    exposedBy: 'updated late',
    send(call, next) {
      if (call.name !== 'ChangeMessageVisibilityBatchCommand') return next();
      const Entries = (call.input.Entries as { VisibilityTimeout: number }[]).map((entry) => ({
        ...entry,
        VisibilityTimeout: Math.min(20, entry.VisibilityTimeout),
      }));
      return next(changed(call, { Entries }));
    },
  },
  {
    name: 'keys that a batch read left over are taken for not there',
    caughtAs: ['lost'],
    exposedBy: 'left over',
    send: async (call, next) => {
      const answer = (await next()) as object;
      return call.name === 'BatchGetCommand' ? { ...answer, UnprocessedKeys: {} } : answer;
    },
  },
  {
    name: 'a query reads its first page only',
    caughtAs: ['lost', 'wrong view', 'doubled', 'unexplained dead letter'],
    exposedBy: 'page cut',
    async send(call, next) {
      const answer = (await next()) as object;
      return call.name === 'QueryCommand' && call.input.Limit === undefined
        ? { ...answer, LastEvaluatedKey: undefined }
        : answer;
    },
  },
  {
    name: 'consistent reads dropped',
    caughtAs: ['lost', 'wrong view', 'doubled', 'unexplained dead letter'],
    exposedBy: 'stale read',
    send: (call, next) =>
      call.input.ConsistentRead === true ? next(changed(call, { ConsistentRead: false })) : next(),
  },
];
