import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { putIfUnchanged } from '#kit/aws/put-if-unchanged.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { deadlinesKey } from '#kit/projections/keys.ts';
import type { DueCursor } from './walk-due.ts';

/** A reading of the index from its begin to its end; times are ms since 1970. */
export interface Pass {
  /** When it began. */
  startedAt: number;
  /** Every event that was visible at `startedAt` and falls due before it has been sent. */
  sentTo: number;
}

export interface TickState {
  /** Counts the writes: a tick that another one has overtaken must not write. */
  version: number;
  completed: Pass;
  /** The pass that ended in the middle. */
  open?: Pass & DueCursor;
}

/** Another tick has written meanwhile; it goes on from there, and this one stops. */
export class TickOvertaken extends Error {
  override readonly name = 'TickOvertaken';
}

/** Where the last tick stopped; at the very first, a day ago. AWS calls: one consistent get. */
export async function readTickState(runtime: Runtime): Promise<TickState> {
  const { Item } = await runtime.dynamo.send(
    new GetCommand({
      TableName: runtime.setting('READ_MODEL_TABLE'),
      Key: deadlinesKey,
      ConsistentRead: true,
    }),
  );
  if (Item) {
    const { version, completed, open } = Item as TickState;
    return { version, completed, ...(open && { open }) };
  }
  const dayAgo = runtime.now() - DAY_MS;
  return { version: 0, completed: { startedAt: dayAgo, sentTo: dayAgo } };
}

/** Answers the state as it is stored now. Throws TickOvertaken. AWS calls: those of `putIfUnchanged`. */
export async function saveTickState(runtime: Runtime, state: TickState): Promise<TickState> {
  const next = { ...state, version: state.version + 1 };
  const unchanged = { attribute: 'version', value: state.version, orAbsent: true };
  if (await putIfUnchanged(runtime, { ...deadlinesKey, ...next }, unchanged)) return next;
  throw new TickOvertaken('another tick runs at the same time');
}
