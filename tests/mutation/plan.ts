import { globSync } from 'node:fs';
import { root } from '#tests/support/scripts.ts';
import type { FileResult } from './protocol.ts';

/** What is mutated. */
export const MUTATED = ['shared/kit', 'shared/domain'] as const;

/** Every unit test but those of this tool. */
export const unitTests = (): string[] =>
  globSync('tests/unit/**/*.test.ts', { cwd: root })
    .filter((file) => !file.startsWith('tests/unit/mutation/'))
    .sort();

/** Files that are mutated, below `only` where that is given. */
export const sources = (only = ''): string[] =>
  MUTATED.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }))
    .filter((file) => file.startsWith(only))
    .sort();

/** Which tests can notice a mutant, and how long they take when it is not there. */
export class Related {
  readonly #survey: readonly FileResult[];
  /** Tests that fail in a worker without any mutant: they say nothing. */
  readonly unusable: readonly FileResult[];

  /** @param survey every test file without a mutant, each with modules of its own */
  constructor(survey: readonly FileResult[]) {
    this.unusable = survey.filter(({ passed }) => !passed);
    this.#survey = survey.filter(({ passed }) => passed);
  }

  /** These files of tests. */
  usable(files: ReadonlySet<string>): FileResult[] {
    return this.#survey.filter(({ file }) => files.has(file));
  }

  /** Those that load the file; first those that load the fewest others, since they are about it, and are fast. */
  testsOf(source: string): FileResult[] {
    return this.#survey
      .filter(({ loaded = [] }) => loaded.includes(source))
      .toSorted((a, b) => (a.loaded?.length ?? 0) - (b.loaded?.length ?? 0));
  }
}
