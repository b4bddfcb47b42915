import { count } from '../format.ts';
import type { Step } from '../server.ts';

/** What the operation answers of a step, and the sum of several. */
export interface Backfilled extends Step {
  consumer: string;
  /** Set where it is a projection: a rebuild reaches the same, and sends nothing. */
  projection?: true;
  dryRun: boolean;
  /** ISO; the range that all steps work on. */
  from: string;
  to: string;
  /** Events that the queue has now; in a dry run, that it would get. */
  sent: number;
  refused?: string[];
  tooOld: number;
  /** 0–1 */
  progress: number;
  /** ISO: everything before it is done. */
  reached: string;
}

/** How far a backfill is, and what it has done or would do. */
export function BackfillResult({ result, hasFailed }: { result: Backfilled; hasFailed: boolean }) {
  const { consumer, projection, dryRun, from, to, sent, refused = [], tooOld, progress, reached } = result;
  return (
    <div class="summary" role="status">
      <p>
        {progress < 1 && (
          <>
            <progress max={1} value={progress} aria-label="Progress" /> {Math.round(progress * 100)} %,{' '}
          </>
        )}
        {count(sent)} events {dryRun ? 'would go' : 'went'} to the queue of {consumer}, and to no other.{' '}
        <span class="quiet">
          They are from {from} to {to}.
        </span>
      </p>
      {hasFailed && !dryRun && (
        <p class="bad">Everything before {reached} is sent. Count again from there.</p>
      )}
      {tooOld > 0 && (
        <p>
          {count(tooOld)} are left out. They are older than 29 days: if {consumer} had them before, it may
          have forgotten that, and would count or notify twice. A consumer that is new can have them too.
        </p>
      )}
      {refused.length > 0 && (
        <p class="bad">
          {count(refused.length)} can never be sent; the log of the function republish says why.
        </p>
      )}
      {projection && (
        <p class="quiet">{consumer} is a projection: a rebuild reaches the same and sends nothing.</p>
      )}
    </div>
  );
}
