import type { RunReport } from './simulation.ts';

export type Verdict = 'passed' | 'failed' | 'too slow to judge';

/** Of a run on a machine that was too slow neither a finding nor its absence counts. */
export function verdictOf({ findings, slowness }: Pick<RunReport, 'findings' | 'slowness'>): Verdict {
  if (slowness.length > 0) return 'too slow to judge';
  return findings.length > 0 ? 'failed' : 'passed';
}

/** 1 where a run failed, 2 where none did but some could not be judged, 0 where all passed. */
export function exitStatusOf(verdicts: readonly Verdict[]): number {
  if (verdicts.includes('failed')) return 1;
  return verdicts.includes('too slow to judge') ? 2 : 0;
}
