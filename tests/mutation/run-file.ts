import { addEventHandler, resetState, run } from 'jest-circus';
import type { FileResult } from './protocol.ts';

let failure: string | undefined;

// A mutant that makes tests wait for ever takes one test's timeout, not that of every test in the file.
addEventHandler((event) => {
  if (event.name === 'test_start' && failure !== undefined) event.test.mode = 'skip';
  if (event.name === 'test_fn_failure') failure ??= `${event.test.name}: ${firstLineOf(event.error)}`;
  if (event.name === 'hook_failure') failure ??= `a hook: ${firstLineOf(event.error)}`;
});

/** Runs the tests of one file in this process, until one of them fails. */
export async function runFile(file: string, url: string): Promise<FileResult> {
  const begun = performance.now();
  failure = undefined;
  resetState();
  try {
    await import(url);
    const { testResults, unhandledErrors } = await run();
    const error = unhandledErrors[0] ?? testResults.find(({ errors }) => errors.length > 0)?.errors[0];
    if (error !== undefined) failure ??= firstLineOf(error);
  } catch (error) {
    failure = `not loaded: ${firstLineOf(error)}`;
  }
  const ms = Math.round(performance.now() - begun);
  return { file, passed: failure === undefined, ...(failure !== undefined && { failure }), ms };
}

const firstLineOf = (error: unknown): string => String(error).split('\n')[0]?.slice(0, 200) ?? '';
