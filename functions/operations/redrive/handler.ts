import { application } from '#application';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Redriven, redrive } from './redrive.ts';

/** `npm run ops -- redrive`, or `sls invoke -f redrive --data '{…}'`; see `redrive`. */
export const createHandler =
  (runtime: Runtime) =>
  (input: unknown): Promise<Redriven> =>
    redrive(runtime, input);

export const handler = createHandler(createRuntime(application));
