import type { Runtime } from '#kit/config/runtime.ts';
import { isNewer, isPoison } from '#kit/messaging/delivery.ts';
import type { ItemKey } from '#kit/projections/keys.ts';
import { commitStep, type Next, noteStep, type StepCheckpoint } from './checkpoint.ts';

/** A step that was received, of a line whose checkpoint is at `key`. */
export interface ReceivedStep<Checkpoint extends StepCheckpoint> {
  key: ItemKey;
  /** 0, 1, 2 …: which of the line's steps it is. */
  number: number;
  /** 1 at the first try. */
  receiveCount: number;
  /** Undefined where the line is not there, or not due (any more). */
  checkpoint: Checkpoint | undefined;
  /** Seconds since 1970, of the next checkpoint. */
  expiresAt?: number;
  /** The bounded work. May be done twice and at the same time. */
  work(checkpoint: Checkpoint): Promise<Next<Checkpoint>>;
  /** Sends the line's next step. */
  sendNext(): Promise<void>;
  log(outcome: string): void;
}

/**
 * Does one step, notes how far it got, and sends the next one. A step that is not the one its line waits for is dropped.
 * What it does may be done twice and at the same time; the checkpoint lets one execution go on, so that a line never forks.
 * Answers what it came to, where this execution went on.
 *
 * It may die at every await. Before the checkpoint: the message comes back, and the work is done again. Between
 * checkpoint and next step: the message comes back too (`receiveCount` says so), finds its line one further, and
 * sends what may not have been sent. A lost message is sent again by whoever waits for the line.
 *
 * AWS calls: one put, one send, and the work's. Throws what failed, after noting it at the checkpoint.
 */
export async function runStep<Checkpoint extends StepCheckpoint>(
  runtime: Runtime,
  step: ReceivedStep<Checkpoint>,
): Promise<Next<Checkpoint> | undefined> {
  const { key, number, receiveCount, checkpoint, log } = step;
  if (!checkpoint || checkpoint.ended) return void log('dropped');
  if (checkpoint.step !== number) {
    if (receiveCount === 1 || checkpoint.step !== number + 1) return void log('dropped');
    await step.sendNext();
    return undefined;
  }
  let next: Next<Checkpoint>;
  try {
    next = await step.work(checkpoint);
  } catch (error) {
    await note(runtime, step, error);
    throw error;
  }
  if (!(await commitStep(runtime, key, number, next, step.expiresAt))) return void log('overtaken');
  log(next.ended ? 'done, the last one' : 'done');
  if (!next.ended) await step.sendNext();
  return next;
}

/** So that whoever waits for the line learns of it; the message itself tells the whole reason. */
async function note(
  runtime: Runtime,
  { key, number, receiveCount }: Pick<ReceivedStep<never>, 'key' | 'number' | 'receiveCount'>,
  error: unknown,
): Promise<void> {
  const final = isPoison(error) || receiveCount >= runtime.setting('MAX_RECEIVE_COUNT');
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  runtime.logger.warn('step failed', { key, number, receiveCount, error: error as Error });
  try {
    await noteStep(runtime, key, number, {
      movedAt: runtime.now(),
      lastError: { error: reason.slice(0, 1_000), final, ...(isNewer(error) && { waits: true }) },
    });
  } catch (failure) {
    runtime.logger.warn('failure of a step not noted', { error: failure as Error });
  }
}
