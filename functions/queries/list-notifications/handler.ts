import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { orderId } from '#api/fields.ts';
import { application } from '#application';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { withoutStorageKeys } from '#kit/projections/keys.ts';
import { notificationsPartition } from '#read-model/keys.ts';

/**
 * GET /notifications?orderId=&limit=&cursor=: what an order's customer was told, oldest first; none for an order
 * that nobody heard of. AWS calls: one query.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'orders:manage',
    query: z.strictObject({ orderId, ...pageFields(z.uuid()) }),
    async handle({ query: { orderId, limit, cursor } }) {
      const list = notificationsPartition(orderId);
      const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
        new QueryCommand({
          TableName: runtime.setting('READ_MODEL_TABLE'),
          KeyConditionExpression: 'pk = :partition AND sk > :after',
          ExpressionAttributeValues: { ':partition': list, ':after': cursorIn(list, cursor) ?? '0' },
          Limit: limit + 1,
        }),
      );
      const page = fitting(Items.slice(0, limit));
      const isMore = Items.length > page.length || LastEvaluatedKey !== undefined;
      const next = isMore ? page.at(-1)?.sk : undefined;
      const notifications = page.map((item) => withoutStorageKeys<Record<string, unknown>>(item));
      return { status: 200, body: { notifications, ...nextCursor(list, next) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));
