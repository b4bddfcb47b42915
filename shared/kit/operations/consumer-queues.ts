import type { Runtime } from '#kit/config/runtime.ts';
import { InvalidOperation } from './input.ts';

/** URLs of a consumer's two queues. */
export interface ConsumerQueues {
  queue: string;
  deadLetters: string;
}

/** The queues of every consumer, by its name (CONSUMER_QUEUES, made in resources/consumers). */
export const consumerQueues = (runtime: Runtime): Record<string, ConsumerQueues> =>
  runtime.setting('CONSUMER_QUEUES');

/** One consumer's queues. Throws InvalidOperation, naming all there are, where there is no such consumer. */
export function queuesOf(runtime: Runtime, consumer: string): ConsumerQueues {
  const all = consumerQueues(runtime);
  const queues = Object.hasOwn(all, consumer) ? all[consumer] : undefined;
  if (!queues) {
    throw new InvalidOperation(`no consumer is called ${consumer}; there are ${Object.keys(all).join(', ')}`);
  }
  return queues;
}
