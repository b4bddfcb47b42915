import type { Mutant } from './mutants.ts';
import type { Outcome } from './run-mutants.ts';

export interface Report {
  seed: number;
  /** Mutants that there are, and that were run. */
  all: number;
  run: number;
  /** Of those that were run, in files that no unit test loads: other suites test these. */
  untested: number;
  /** Noticed by a test, by its timeout, or by the end of its process. */
  killed: number;
  /** Killed of those that a unit test could notice, 0–1. */
  score: number;
  /** Without the untested ones. */
  byFolder: Record<string, { run: number; killed: number }>;
  survivors: (Mutant & { status: Outcome['status'] })[];
}

const isKilled = ({ status }: Outcome): boolean => status !== 'survived' && status !== 'no test';

/** `shared/kit/http`, `shared/domain/order`. */
const folderOf = ({ file }: Mutant): string => file.split('/').slice(0, -1).slice(0, 3).join('/');

export function reportOf(outcomes: readonly Outcome[], { all, seed }: { all: number; seed: number }): Report {
  const byFolder: Report['byFolder'] = {};
  const tested = outcomes.filter(({ status }) => status !== 'no test');
  for (const outcome of tested) {
    const folder = folderOf(outcome.mutant);
    byFolder[folder] ??= { run: 0, killed: 0 };
    byFolder[folder].run += 1;
    if (isKilled(outcome)) byFolder[folder].killed += 1;
  }
  const killed = tested.filter(isKilled).length;
  return {
    seed,
    all,
    run: outcomes.length,
    untested: outcomes.length - tested.length,
    killed,
    score: tested.length === 0 ? 1 : killed / tested.length,
    byFolder: Object.fromEntries(Object.entries(byFolder).sort(([a], [b]) => (a < b ? -1 : 1))),
    survivors: outcomes
      .filter((outcome) => !isKilled(outcome))
      .map(({ mutant, status }) => ({ ...mutant, status }))
      .sort((a, b) => (a.file === b.file ? a.start - b.start : a.file < b.file ? -1 : 1)),
  };
}

export const lineOf = ({
  mutant: { file, line, kind, replacement },
  status,
  test,
  failure,
}: Outcome): string =>
  `${status}: ${file}:${line} ${kind}: ${shortened(replacement)}${test ? ` (${test}: ${failure})` : ''}`;

/** For people: the score of each folder, and every survivor with its place. */
export function summaryOf({ all, run, untested, killed, score, seed, byFolder, survivors }: Report): string {
  const percent = (part: number) => `${Math.round(part * 100)} %`;
  const folders = Object.entries(byFolder).map(
    ([folder, one]) =>
      `  ${percent(one.killed / one.run).padStart(5)}  ${one.killed} of ${one.run}  ${folder}`,
  );
  const lines = survivors.map((mutant) => `  ${lineOf({ mutant, status: mutant.status })}`);
  return [
    `${killed} of ${run - untested} mutants killed: ${percent(score)} (seed ${seed}, ${all} there are)`,
    `${untested} more in files that no unit test loads`,
    ...folders,
    ...(lines.length > 0 ? ['survivors:', ...lines] : []),
    '',
  ].join('\n');
}

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
