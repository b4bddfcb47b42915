import { application } from '#application';
import { sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type Discarded, discard } from './discard.ts';
import { type Redriven, redrive } from './redrive.ts';

/**
 * `npm run ops -- redrive` and `npm run ops -- discard`, or `sls invoke -f redrive --data '{…}'`; see `redrive`, and
 * `discard` for `{"discard": true, …}`.
 */
export const createHandler =
  (runtime: Runtime) =>
  (input: unknown): Promise<Redriven | Discarded> =>
    asksToDiscard(input) ? discard(runtime, input) : redrive(runtime, input);

const asksToDiscard = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'discard' in input;

export const handler = createHandler(createRuntime(application, { sqs: sqsClient() }));
