import type { Invocation } from '#tests/properties/simulator/invocation.ts';
import { changed, type DeliberateDefect, type Records, reported } from './deliberate.ts';

const publishing = new Map<string, Invocation>();

/** Mistakes of the publisher. */
export const publishingDefects: readonly DeliberateDefect[] = [
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
    name: 'a record that another lane has at this moment is taken for published',
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
];
