import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import type { IdDigest } from '#kit/operations/id-digest.ts';
import { auditKey } from '#kit/projections/keys.ts';
import type { Finding } from './check-delivery.ts';

/** Types of a window whose events are too many for one run: in how many parts of time each is divided. */
export type Divided = Record<string, number>;

/** A window that is being checked. */
export interface OpenWindow {
  to: number;
  /** The type that is at work, and the last `eventId` of it that was checked. Absent where only lanes are at work. */
  place?: { eventType: string; after?: string; arrived?: IdDigest };
  /** By type, what has arrived of those that are checked. */
  spans?: Record<string, IdDigest>;
  divided?: Divided;
}

/** How far one of the two passes has come. */
export interface Progress {
  /** Every event before it has been checked; ms since 1970. */
  auditedTo: number;
  /** The time after it, where a run ended in the middle. */
  open?: OpenWindow;
}

/** An event that was redelivered, and is checked in every run until it has arrived. */
export interface Pending extends Finding {
  /** How often it was redelivered, and when for the last time (ms since 1970). */
  redeliveries: number;
  redeliveredAt: number;
}

export type Pass = 'first' | 'second';

export interface AuditState {
  /** Counts the writes: a run that another one has overtaken must not write. */
  version: number;
  /** Every event is checked when it is older than the limit, and once more a day later. */
  passes: Record<Pass, Progress>;
  pending: Pending[];
}

// The names below are those of the stored item, which version 0.2.0 wrote: they stay as they are, also for a rollback.
interface StoredPending extends Omit<Finding, 'missingAt'> {
  lackedBy: Finding['missingAt'];
  heals: number;
  healedAt: number;
}

interface StoredState {
  version: number;
  looks: { soon: Progress; later: Progress };
  watched: StoredPending[];
}

const fromStored = ({ version, looks, watched }: StoredState): AuditState => ({
  version,
  passes: { first: looks.soon, second: looks.later },
  pending: watched.map(({ lackedBy: missingAt, heals: redeliveries, healedAt: redeliveredAt, ...one }) => ({
    ...one,
    missingAt,
    redeliveries,
    redeliveredAt,
  })),
});

const toStored = ({ version, passes, pending }: AuditState): StoredState => ({
  version,
  looks: { soon: passes.first, later: passes.second },
  watched: pending.map(({ missingAt: lackedBy, redeliveries: heals, redeliveredAt: healedAt, ...one }) => ({
    ...one,
    lackedBy,
    heals,
    healedAt,
  })),
});

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
  if (Item) return fromStored(Item as StoredState);
  const auditedTo = runtime.now() - DAY_MS;
  return { version: 0, passes: { first: { auditedTo }, second: { auditedTo } }, pending: [] };
}

/** Answers the state as it is stored now. Throws AuditOvertaken. AWS calls: those of `putIfUnchanged`. */
export async function saveState(runtime: Runtime, state: AuditState): Promise<AuditState> {
  const next = { ...state, version: state.version + 1 };
  const item = { ...auditKey, ...toStored(next) };
  const unchanged = { attribute: 'version', value: state.version, orAbsent: true };
  if (await putIfUnchanged(runtime, item, unchanged)) return next;
  throw new AuditOvertaken('another audit runs at the same time');
}
