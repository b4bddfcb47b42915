import type { QueueSizes } from '#functions/operations/dead-letters/queue-sizes.ts';
import type { Redriven } from '#functions/operations/redrive/redrive.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import type { Context } from '#resources/cli/ops/command.ts';
import { listDeadLetters } from './dead-letters.ts';

const POLL_MS = 1_000;
/** The sizes are estimates: one that says empty may be early. */
const EMPTY_IN_A_ROW = 3;
/** Five tries with their backoff take about a minute; a long queue takes longer. */
const LIMIT_MS = 15 * 60_000;

export interface Waited {
  /** False where the queue still had messages when the time was up. */
  drained: boolean;
  /** Messages in the queue in the end, those in flight and delayed included. */
  left: number;
  /** What was redriven and has died again, by cause. */
  dead: Group[];
}

/** Waits until the consumer's queue is empty, a quarter of an hour at most, and looks at what is dead again. */
export async function waitForQueue(
  { consumer, redriven, startedAt }: Pick<Redriven, 'consumer' | 'redriven' | 'startedAt'>,
  context: Context,
): Promise<Waited> {
  const { invoke, progress, clock } = context;
  const until = clock.now() + LIMIT_MS;
  let most = redriven.length;
  let left = Number.POSITIVE_INFINITY;
  for (let empty = 0; empty < EMPTY_IN_A_ROW && clock.now() < until; ) {
    const { queue } = (await invoke('dead-letters', { sizes: true, consumer })) as QueueSizes;
    left = queue.visible + queue.inFlight + queue.delayed;
    most = Math.max(most, left);
    empty = left === 0 ? empty + 1 : 0;
    progress.show(most === 0 ? 1 : 1 - left / most, `${left} in the queue of ${consumer}`);
    if (empty < EMPTY_IN_A_ROW) await clock.sleep(POLL_MS);
  }
  const { all } = await listDeadLetters({ consumer }, context);
  const ours = new Set(redriven.map(nameOf));
  const dead = all.filter((letter) => letter.sentAt >= startedAt && ours.has(nameOf(letter)));
  return { drained: left === 0, left, dead: groupByCause(dead) };
}

/** A message that goes back gets a new id. What is no event has no other name: all of these have the same one. */
const nameOf = ({ eventType, streamId, version }: Redriven['redriven'][number]): string =>
  streamId === undefined ? 'no event' : `${eventType} ${streamId} ${version}`;
