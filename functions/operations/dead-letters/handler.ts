import { application } from '#application';
import { sqsClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { type DeadLetterPage, listDeadLetters } from './list-dead-letters.ts';
import { type QueueSizes, readQueueSizes } from './queue-sizes.ts';
import { type ShownDeadLetter, showDeadLetter } from './show-dead-letter.ts';

/**
 * `npm run ops -- dead-letters`, or `sls invoke -f dead-letters --data '{…}'`: see `listDeadLetters`, `showDeadLetter` for
 * `{"message": …}`, and `readQueueSizes` for `{"sizes": true}`.
 */
export const createHandler =
  (runtime: Runtime) =>
  (input: unknown): Promise<DeadLetterPage | ShownDeadLetter | QueueSizes> =>
    has(input, 'message')
      ? showDeadLetter(runtime, input)
      : has(input, 'sizes')
        ? readQueueSizes(runtime, input)
        : listDeadLetters(runtime, input);

const has = (input: unknown, name: string): boolean =>
  typeof input === 'object' && input !== null && name in input;

export const handler = createHandler(createRuntime(application, { sqs: sqsClient() }));
