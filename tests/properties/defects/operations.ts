import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { insertStatement } from '#kit/aws/insert-items.ts';
import { insertsOf } from '#tests/properties/fakes/dynamo.ts';
import type { Call } from '#tests/properties/simulator/defect.ts';
import { changed, type DeliberateDefect } from './deliberate.ts';

interface Received {
  Body: string;
  ReceiptHandle: string;
}

const isCall = (call: Call, name: string, command: string): boolean =>
  call.function === name && call.name === command;

/** By body: the handle under which a redrive holds it. */
const held = new Map<string, string>();

/** Mistakes of operations in the middle of faults: `operated` runs alone find them. */
export const operationDefects: readonly DeliberateDefect[] = [
  {
    name: 'a redrive deletes first and sends then',
    operated: true,
    caughtAs: ['lost'],
    async send(call, next) {
      if (isCall(call, 'redrive', 'ReceiveMessageCommand')) {
        const answer = (await next()) as { Messages?: Received[] };
        for (const { Body, ReceiptHandle } of answer.Messages ?? []) held.set(Body, ReceiptHandle);
        return answer;
      }
      if (!isCall(call, 'redrive', 'SendMessageBatchCommand')) return next();
      const entries = call.input.Entries as { Id: string; MessageBody: string }[];
      const QueueUrl = String(call.input.QueueUrl).replace(/Queue$/, 'DeadLetters');
      const Entries = entries.map(({ Id, MessageBody }) => ({ Id, ReceiptHandle: held.get(MessageBody) }));
      await next(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      return next();
    },
  },
  {
    name: 'a backfill passes over what the queue did not take',
    operated: true,
    caughtAs: ['lost'],
    exposedBy: 'entries failed',
    async send(call, next) {
      const answer = (await next()) as object;
      return isCall(call, 'republish', 'SendMessageBatchCommand') ? { ...answer, Failed: [] } : answer;
    },
  },
  {
    name: 'a republish passes over what the topic did not take',
    operated: true,
    caughtAs: ['lost'],
    exposedBy: 'entries failed',
    async send(call, next) {
      const answer = (await next()) as object;
      return isCall(call, 'republish', 'PublishBatchCommand') ? { ...answer, Failed: [] } : answer;
    },
  },
  {
    name: 'a republish loses the first event behind the end of a page',
    operated: true,
    caughtAs: ['lost'],
    exposedBy: 'page cut',
    async send(call, next) {
      const answer = (await next()) as { Items?: object[] };
      const goesOn = isCall(call, 'republish', 'QueryCommand') && call.input.ExclusiveStartKey !== undefined;
      return goesOn ? { ...answer, Items: answer.Items?.slice(1) } : answer;
    },
  },
  {
    name: 'a rebuild makes views without their keys in the indexes',
    operated: true,
    caughtAs: ['wrong view'],
    async send(call, next) {
      const isIndexKey = (name: string) => /[a-z](Pk|Sk)$/.test(name);
      if (call.name === 'BatchExecuteStatementCommand') {
        const Statements = insertsOf(call.input).map(({ TableName, Item }) => {
          const kept = Object.entries(Item).filter(([name]) => !isIndexKey(name));
          return insertStatement(TableName, Object.fromEntries(kept));
        });
        return next(changed(call, { Statements }));
      }
      const item = call.input.Item as Record<string, unknown> | undefined;
      if (call.name !== 'PutCommand' || !/^G\d+#/.test(String(item?.pk))) return next();
      const kept = Object.entries(item ?? {}).filter(([name]) => !isIndexKey(name));
      return next(changed(call, { Item: Object.fromEntries(kept) }));
    },
  },
];
