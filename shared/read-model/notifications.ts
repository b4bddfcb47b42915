import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { withoutStorageKeys } from '#kit/projections/keys.ts';
import { notificationsPartition } from './keys.ts';

export interface NotificationsQuery {
  orderId: string;
  limit: number;
  /** The `next` of the page before. */
  after?: string | undefined;
}

export interface NotificationsPage {
  notifications: Record<string, unknown>[];
  /** Where to go on; absent at the end. */
  next?: string;
}

/** A page of what customer and staff were told about an order, oldest first. AWS calls: one query. */
export async function readNotifications(
  runtime: Runtime,
  { orderId, limit, after = '0' }: NotificationsQuery,
): Promise<NotificationsPage> {
  const { Items = [], LastEvaluatedKey } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      KeyConditionExpression: 'pk = :partition AND sk > :after',
      ExpressionAttributeValues: { ':partition': notificationsPartition(orderId), ':after': after },
      Limit: limit + 1,
    }),
  );
  const page = fitting(Items.slice(0, limit));
  const isMore = Items.length > page.length || LastEvaluatedKey !== undefined;
  const next = isMore ? page.at(-1)?.sk : undefined;
  const notifications = page.map((item) => withoutStorageKeys<Record<string, unknown>>(item));
  return next === undefined ? { notifications } : { notifications, next };
}
