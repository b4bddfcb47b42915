import { changed, type DeliberateDefect, forgedId, type Input, withoutCondition } from './deliberate.ts';

type Item = Record<string, unknown>;

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
    async send(call, next) {
      const answer = (await next()) as { Responses?: object[] };
      const inserts = call.function === 'sales' && call.name === 'BatchExecuteStatementCommand';
      return inserts ? { Responses: answer.Responses?.map(() => ({})) } : answer;
    },
  },
  {
    name: 'an inbox marker alone is taken for counted, whatever became of its batch',
    caughtAs: ['lost', 'wrong view'],
    async send(call, next) {
      const answer = (await next()) as { Responses?: Record<string, Item[]> };
      if (call.function !== 'sales' || call.name !== 'BatchGetCommand') return answer;
      const withoutBatch = ([table, items]: [string, Item[]]) => [
        table,
        items.map(({ batchId: _, ...marker }) => marker),
      ];
      return {
        ...answer,
        Responses: Object.fromEntries(Object.entries(answer.Responses ?? {}).map(withoutBatch)),
      };
    },
  },
  {
    name: 'a batch that another process gave up is applied all the same',
    caughtAs: ['doubled', 'wrong view'],
    send(call, next) {
      if (call.function !== 'sales' || call.name !== 'TransactWriteCommand') return next();
      const items = (call.input.TransactItems as { Put?: Input }[]).map((item) =>
        item.Put
          ? {
              Put: {
                ...item.Put,
                ConditionExpression: undefined,
                ReturnValuesOnConditionCheckFailure: undefined,
              },
            }
          : item,
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
