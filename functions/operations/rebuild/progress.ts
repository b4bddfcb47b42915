import type { OtherGeneration } from '#kit/projections/generations.ts';
import type { Checkpoint } from '#kit/projections/rebuild/checkpoint.ts';

export interface Progress {
  /** Of the phase that is at work. */
  work?: {
    /** 0–1, by the items that were looked at; it never reaches 1 before the end. */
    part: number;
    /** Streams filled or compared; when dropping, items deleted. */
    done: number;
    segments: { ended: number; of: number };
    /** Seconds until the work begins: until then not every process knows of it. */
    waitsFor: number;
    /** Segments whose step is in the dead letters, and why. */
    failed: { segment: number; error: string }[];
    /** Segments whose step waits for code that can read what it met. */
    waiting: number;
  };
  /** What comparing has found so far, or in the end. */
  comparison?: Found;
}

export interface Found {
  streams: number;
  /** Were missing or behind in the new generation, and no longer are. */
  repaired: number;
  /** Are not the same in the live generation. */
  differing: number;
  /** Some of these, by the names of their streams. */
  examples: string[];
}

const EXAMPLES = 10;

/** Sums up the checkpoints of a generation. */
export function progressOf(
  checkpoints: readonly Checkpoint[],
  other: OtherGeneration | undefined,
  propagatedAt: number | undefined,
  now: number,
): Progress {
  if (!other || propagatedAt === undefined) return {};
  const { phase, segments, expected } = other;
  // What a kept one was once compared with is another matter.
  if (phase === 'kept') return {};
  const compared = checkpoints.filter((one) => one.phase === 'comparing');
  const comparison = compared.length > 0 && phase !== 'dropping' && { comparison: found(compared) };
  if (phase === 'ready') return { ...comparison };

  const present = checkpoints.filter((one) => one.phase === phase);
  const ended = present.filter((one) => one.ended).length;
  const scanned = sum(present, ({ scanned }) => scanned);
  return {
    ...comparison,
    work: {
      part: Math.min(0.99, Math.max(ended / segments, scanned / Math.max(1, expected))),
      done: sum(present, ({ done }) => done),
      segments: { ended, of: segments },
      waitsFor: Math.max(0, Math.ceil((propagatedAt - now) / 1_000)),
      failed: present.flatMap(({ segment, lastError, ended }) =>
        lastError?.final && !ended ? [{ segment, error: lastError.error }] : [],
      ),
      waiting: present.filter(({ lastError, ended }) => !ended && lastError?.waits && !lastError.final)
        .length,
    },
  };
}

const found = (compared: readonly Checkpoint[]): Found => ({
  streams: sum(compared, ({ done }) => done),
  repaired: sum(compared, ({ repaired }) => repaired),
  differing: sum(compared, ({ differing }) => differing),
  examples: compared.flatMap(({ examples }) => examples).slice(0, EXAMPLES),
});

const sum = (checkpoints: readonly Checkpoint[], of: (one: Checkpoint) => number): number =>
  checkpoints.reduce((total, one) => total + of(one), 0);
