import { jest } from './jest-globals.ts';
import { Modules } from './modules.ts';
import type { Request, Response } from './protocol.ts';
import { runFile } from './run-file.ts';

// A process of its own: a mutant may loop for ever, or end it.
const modules = new Modules();

process.on('message', async ({ replaced, tests, survey = false }: Request) => {
  const results: Response = [];
  let set = modules.open(replaced);
  for (const file of tests) {
    if (survey) set = modules.open();
    const result = await runFile(file, set.urlOf(file));
    // A test that failed has not undone what it replaced.
    jest.restoreAllMocks();
    results.push({ ...result, ...(survey && { loaded: set.loaded() }) });
    if (!result.passed && !survey) break;
  }
  process.send?.(results);
});

// What a mutant left running: its test has failed, or did not need it.
process.on('unhandledRejection', () => undefined);

process.on('disconnect', () => process.exit());
