import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS, DAY_SECONDS } from '#kit/config/time.ts';
import type { IdDigest } from '#kit/operations/id-digest.ts';
import { AUDITED_WINDOWS, auditedWindowKey, withoutStorageKeys } from '#kit/projections/keys.ts';
import type { Divided } from './state.ts';

/** A quarter of a day of the index: what is caught up on at a time, and what a window never reaches over. */
const GRID_MS = DAY_MS / 4;

/** Longer than a window can be open. After it the second pass checks everything of the window anew. */
const KEPT_SECONDS = 14 * DAY_SECONDS;

/** When what a window has left behind goes, its lanes included; seconds since 1970. */
export const expiryOf = (runtime: Runtime): number => Math.floor(runtime.now() / 1_000) + KEPT_SECONDS;

/** Times in ms since 1970, `from` inclusive, `to` exclusive; within one day of the index. */
export interface Window {
  from: number;
  to: number;
}

/** What the first pass found of a window, by type: what had arrived. Of a type that is not named, nothing was there. */
export interface AuditedWindow extends Window {
  spans: Record<string, IdDigest>;
  /** Types that were divided, in how many parts of time; each part has a lane for each shard. */
  divided: Divided;
  /** By lane; see `laneName`. */
  lanes: Record<string, IdDigest>;
}

/** What comes next after `from`, at most to `end`. Undefined where there is nothing yet. */
export function nextWindow(from: number, end: number): Window | undefined {
  const to = Math.min(from - (from % GRID_MS) + GRID_MS, end);
  return to > from ? { from, to } : undefined;
}

/** The first window from `from` on that the first pass noted. Eventually consistent. AWS calls: one query. */
export async function readAuditedWindow(runtime: Runtime, from: number): Promise<AuditedWindow | undefined> {
  const { Items: [item] = [] } = await runtime.dynamo.send(
    new QueryCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      KeyConditionExpression: 'pk = :windows AND sk >= :from',
      ExpressionAttributeValues: { ':windows': AUDITED_WINDOWS, ':from': new Date(from).toISOString() },
      Limit: 1,
    }),
  );
  return item && withoutStorageKeys<AuditedWindow>(item);
}

/**
 * Notes what had arrived of a window. Whatever is noted was so: a note that is lost, or that another one replaces, costs the
 * second pass a whole check of that time. AWS calls: one put.
 */
export async function noteAuditedWindow(runtime: Runtime, window: AuditedWindow): Promise<void> {
  await runtime.dynamo.send(
    new PutCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Item: {
        ...auditedWindowKey(new Date(window.from).toISOString()),
        ...window,
        expiresAt: expiryOf(runtime),
      },
    }),
  );
}
