import { PutCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';

/** A way to run the same functions for the same orders. */
export interface Design {
  /** As full as the mappings allow; what comes within the mapping's window, where a request comes every five seconds; or of one message each. */
  batches: 'full' | 'windowed' | 'single';
  /** Lambda's own lines for each invocation are in the log. */
  systemLogs?: boolean;
  /** Filter policies look into the body. */
  bodyFilters?: boolean;
  /** What is called at the start and the end of an invocation. */
  around?(name: string, event: object): object[];
  /** What is called in place of a command. */
  rewrite?(command: object): object;
}

export const ours = (batches: Design['batches']): Design => ({ batches });

/**
 * What tutorials show: one message an invocation, an idempotency table around every command and every consumer, a transaction also for a
 * single event, filters over the body, and Lambda's default log.
 */
export function naive(): Design {
  let count = 0;
  return {
    batches: 'single',
    systemLogs: true,
    bodyFilters: true,
    around(name, event) {
      const isRead = 'requestContext' in event && /^(get|list)-(?!product$)/.test(name);
      const isPublisher = name.startsWith('publish');
      if (isRead || isPublisher) return [];
      const id = `${name}#${String(++count).padStart(32, '0')}`;
      const TableName = 'IdempotencyTable';
      return [
        new PutCommand({
          TableName,
          Item: {
            id,
            status: 'INPROGRESS',
            expiration: 1_800_000_000,
            inProgressExpiration: 1_800_000_000_000,
          },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
        new UpdateCommand({
          TableName,
          Key: { id },
          UpdateExpression: 'SET #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':status': 'COMPLETED' },
        }),
      ];
    },
    rewrite(command) {
      const { input } = command as { input: Record<string, unknown> };
      if (command.constructor.name !== 'PutCommand' || input.TableName !== 'EventsTable') return command;
      return new TransactWriteCommand({ TransactItems: [{ Put: input as never }] });
    },
  };
}
