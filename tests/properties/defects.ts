import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { v7 } from 'uuid';
import type { Kind } from './checks/findings.ts';
import type { Call, Defect } from './simulator/defect.ts';
import type { FaultKind } from './simulator/faults.ts';
import type { Invocation } from './simulator/invocation.ts';

export interface DeliberateDefect extends Defect {
  /** What the checks must call it, at least. */
  caughtAs: readonly Kind[];
  /** The one kind of fault that exposes it: without it, the same runs find nothing. */
  exposedBy?: FaultKind;
  /** The seed to begin with, where it takes a rare fault. Default 1. */
  firstSeed?: number;
}

type Input = Record<string, unknown>;
type Records = { messageId: string; body: string; dynamodb?: { SequenceNumber: string } }[];

const PROJECTIONS = ['order-view', 'stock-view'];

/** The same command with another input. */
function changed({ command }: Call, change: Input): object {
  const Create = command.constructor as new (input: Input) => object;
  return new Create({ ...(command as { input: Input }).input, ...change });
}

const writesTo = (call: Call, table: RegExp): boolean =>
  call.name === 'PutCommand' && table.test(String(call.input.TableName));

const withoutCondition = (call: Call): object =>
  changed(call, {
    ConditionExpression: undefined,
    ExpressionAttributeNames: undefined,
    ExpressionAttributeValues: undefined,
    ReturnValuesOnConditionCheckFailure: undefined,
  });

const reported = (result: unknown): { itemIdentifier: string }[] =>
  (result as { batchItemFailures?: { itemIdentifier: string }[] }).batchItemFailures ?? [];

const isConsumer = (result: unknown): boolean =>
  Array.isArray((result as { batchItemFailures?: unknown } | undefined)?.batchItemFailures);

/** A message of the audit to a consumer's queue. */
const isRedelivery = (call: Call): boolean =>
  ['audit', 'audit-steps'].includes(call.function) &&
  call.service === 'sqs' &&
  !String(call.input.QueueUrl).includes('AuditSteps');

const isToProjection = ({ input: { QueueUrl } }: Call): boolean =>
  /\/(OrderView|StockView|CatalogueView|Reviews)Queue$/.test(String(QueueUrl));

const readsTickState = (call: Call): boolean =>
  call.function === 'deadline-tick' && call.name === 'GetCommand';

let forged = 0;

const slow = new WeakSet<object>();

const publishing = new Map<string, Invocation>();

interface Appended {
  version: number;
  eventType: string;
  data: Input;
  metadata: Input;
}

/** The event that a function appends with this call, if it is of this type. */
function appended(call: Call, name: string, eventType: string): Appended | undefined {
  if (call.function !== name || !writesTo(call, /Events/)) return undefined;
  const item = call.input.Item as Appended;
  return item.eventType === eventType ? item : undefined;
}

/** A function takes every event of this type, of an order's stream, for one that means nothing to it. */
async function blindTo(
  call: Call,
  next: (command?: object) => Promise<unknown>,
  name: string,
  eventType: string,
): Promise<unknown> {
  const answer = (await next()) as { Items?: (Appended & { schemaVersion: number })[] };
  if (call.function !== name || call.name !== 'QueryCommand') return answer;
  const nothing = { eventType: 'OrderHoldReleased', schemaVersion: 1 };
  const Items = answer.Items?.map((item) =>
    item.eventType === eventType
      ? { ...item, ...nothing, data: { customerId: 'ada', hold: 'stock', by: 'nobody' } }
      : item,
  );
  return { ...answer, ...(Items && { Items }) };
}

/** Mistakes that the code could have made, each in one place. The checks are worth what they find of these. */
export const defects: readonly DeliberateDefect[] = [
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
      return next(changed(call, { TransactItems: items, ClientRequestToken: `forged-${++forged}` }));
    },
  },
  {
    name: 'Failed entries of PublishBatch ignored',
    caughtAs: ['lost', 'wrong view'],
    async send(call, next) {
      const answer = (await next()) as object;
      return call.service === 'sns' ? { ...answer, Failed: [] } : answer;
    },
  },
  {
    name: 'a failed PublishBatch call taken for a success',
    caughtAs: ['lost', 'wrong view'],
    send: (call, next) => (call.service === 'sns' ? next().catch(() => ({})) : next()),
  },
  {
    name: 'lowest sequence number wrong: the last record of the batch is returned',
    caughtAs: ['lost', 'wrong view'],
    result(name, { Records = [] }, result) {
      const last = (Records as Records).at(-1)?.dynamodb?.SequenceNumber;
      if (name !== 'publish-events' || reported(result).length === 0) return result;
      return { batchItemFailures: [{ itemIdentifier: last }] };
    },
  },
  {
    name: 'failures of the publisher not reported',
    caughtAs: ['lost', 'wrong view'],
    result: (name, _, result) => (name === 'publish-events' ? { batchItemFailures: [] } : result),
  },
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
    firstSeed: 26,
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
  {
    name: 'idempotency off: a repeat has another commandId',
    caughtAs: ['doubled'],
    send(call, next) {
      if (!writesTo(call, /Events/)) return next();
      const item = call.input.Item as { metadata: Input };
      const metadata = { ...item.metadata, commandId: `forged-${++forged}` };
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
  {
    name: 'a view that could not be written is taken for written',
    firstSeed: 14,
    caughtAs: ['wrong view'],
    send: (call, next) =>
      call.function === 'order-view' && call.name === 'PutCommand' ? next().catch(() => ({})) : next(),
  },
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
    name: 'what newer code wrote waits no longer than a failure',
    firstSeed: 2,
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
    name: 'a record that another lane has at this moment is taken for published',
    firstSeed: 8,
    caughtAs: ['lost', 'wrong view'],
    exposedBy: 'two lanes',
    async send(call, next) {
      if (call.service !== 'sns') return next();
      const entries = call.input.PublishBatchRequestEntries as { Message: string }[];
      const isElsewhere = ({ Message }: { Message: string }) => {
        const other = publishing.get(Message);
        return other !== undefined && other !== call.invocation && other.endedAt === undefined;
      };
      const own = entries.filter((entry) => !isElsewhere(entry));
      for (const { Message } of own) publishing.set(Message, call.invocation);
      return own.length > 0 ? next(changed(call, { PublishBatchRequestEntries: own })) : {};
    },
  },
  {
    name: 'keys that a batch read left over are taken for not there',
    firstSeed: 4,
    caughtAs: ['lost'],
    exposedBy: 'left over',
    send: async (call, next) => {
      const answer = (await next()) as object;
      return call.name === 'BatchGetCommand' ? { ...answer, UnprocessedKeys: {} } : answer;
    },
  },
  {
    name: 'nothing that the audit redelivers leaves',
    firstSeed: 14,
    caughtAs: ['lost', 'wrong view'],
    exposedBy: 'queue purged',
    send: async (call, next) => (isRedelivery(call) ? {} : next()),
  },
  {
    name: 'the audit redelivers to projections alone',
    firstSeed: 5,
    caughtAs: ['lost', 'wrong view'],
    send: async (call, next) => (isRedelivery(call) && !isToProjection(call) ? {} : next()),
  },
  {
    name: 'the idempotency record of a slow batch deleted',
    firstSeed: 8,
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
  {
    name: 'a query reads its first page only',
    firstSeed: 6,
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
    firstSeed: 8,
    caughtAs: ['lost', 'wrong view', 'doubled', 'unexplained dead letter'],
    exposedBy: 'stale read',
    send: (call, next) =>
      call.input.ConsistentRead === true ? next(changed(call, { ConsistentRead: false })) : next(),
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
    exposedBy: 'stale read',
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
    name: 'due messages that the queue did not take are not sent again',
    caughtAs: ['lost'],
    exposedBy: 'entries failed',
    async send(call, next) {
      const answer = (await next()) as object;
      return call.name === 'SendMessageBatchCommand' ? { ...answer, Failed: [] } : answer;
    },
  },
  {
    name: 'a refund is asked for twice, under two ids',
    caughtAs: ['doubled'],
    async send(call, next) {
      const item = appended(call, 'order-payments', 'RefundRequested');
      const answer = await next();
      if (!item) return answer;
      const data = { ...item.data, refundId: `${item.data.refundId}-again` };
      const again = { ...item, version: item.version + 1, eventId: v7(), data };
      const metadata = { ...item.metadata, commandId: `forged-${++forged}` };
      await next(changed(call, { Item: { ...again, metadata } })).catch(() => ({}));
      return answer;
    },
  },
  {
    name: 'what an order does not take of a capture is kept',
    caughtAs: ['lost'],
    async send(call, next) {
      const item = appended(call, 'order-payments', 'RefundRequested');
      return String(item?.data.refundId).startsWith('excess:') ? {} : next();
    },
  },
  {
    name: 'a capture pays an order that was cancelled',
    caughtAs: ['doubled'],
    send: (call, next) => blindTo(call, next, 'order-payments', 'OrderCancelled'),
  },
  {
    name: 'an order that was paid expires',
    caughtAs: ['lost', 'doubled'],
    send: (call, next) => blindTo(call, next, 'deadlines', 'OrderPaid'),
  },
];
