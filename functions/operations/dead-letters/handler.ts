import { application } from '#application';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type DeadLetterPage, listDeadLetters } from './list-dead-letters.ts';

/** `npm run ops -- dead-letters`, or `sls invoke -f dead-letters --data '{…}'`; see `listDeadLetters`. */
export const createHandler =
  (runtime: Runtime) =>
  (input: unknown): Promise<DeadLetterPage> =>
    listDeadLetters(runtime, input);

export const handler = createHandler(createRuntime(application));
