import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import type { WalkPlace } from '#kit/event-store/walk-by-type.ts';
import { auditKey } from '#kit/projections/keys.ts';
import type { Finding } from './look.ts';

/** How far one of the two looks has come. */
export interface Progress {
  /** Every event before it has been looked at; ms since 1970. */
  auditedTo: number;
  /** The time after it that is being looked at, where a run ended in the middle. */
  open?: { to: number; place: WalkPlace };
}

/** What was sent again and is watched until it arrives. */
export interface Watched extends Finding {
  /** How often it was sent again, and when for the last time (ms since 1970). */
  heals: number;
  healedAt: number;
}

export interface AuditState {
  /** Counts the writes: a run that another one has overtaken must not write. */
  version: number;
  /** Events once they are older than the limit, and once more a day later. */
  looks: { soon: Progress; later: Progress };
  watched: Watched[];
}

/** Another run has written meanwhile; it goes on from there, and this one stops. */
export class AuditOvertaken extends Error {
  override readonly name = 'AuditOvertaken';
}

/** Where the last run stopped; at the very first, the 24 hours for which the stream keeps its records lie ahead. AWS calls: one consistent get. */
export async function readState(runtime: Runtime): Promise<AuditState> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: auditKey,
      ConsistentRead: true,
    }),
  );
  if (Item) return { version: Item.version, looks: Item.looks, watched: Item.watched };
  const auditedTo = runtime.now() - DAY_MS;
  return { version: 0, looks: { soon: { auditedTo }, later: { auditedTo } }, watched: [] };
}

/** Answers the state as it is stored now. Throws AuditOvertaken. AWS calls: one conditional put. */
export async function saveState(runtime: Runtime, state: AuditState): Promise<AuditState> {
  const next = { ...state, version: state.version + 1 };
  try {
    await runtime.dynamo.send(
      new PutCommand({
        TableName: runtime.setting('READ_MODEL_TABLE'),
        Item: { ...auditKey, ...next },
        ConditionExpression: 'attribute_not_exists(pk) OR #version = :version',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':version': state.version },
      }),
    );
    return next;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      throw new AuditOvertaken('another audit runs at the same time', { cause: error });
    }
    throw error;
  }
}
