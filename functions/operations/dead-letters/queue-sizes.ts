import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import { checkInput } from '#kit/operations/input.ts';
import { type QueueSize, sizeOf } from '#kit/operations/receive-all.ts';

const input = z.strictObject({ sizes: z.literal(true), consumer: z.string() });

export interface QueueSizes {
  consumer: string;
  queue: QueueSize;
  deadLetters: QueueSize;
}

/**
 * How many messages a consumer's two queues have, as SQS estimates it: it may be wrong for up to a minute.
 * Throws InvalidOperation for an unknown consumer.
 */
export async function readQueueSizes(runtime: Runtime, given: unknown): Promise<QueueSizes> {
  const { consumer } = checkInput(input, given);
  const urls = queuesOf(runtime, consumer);
  const [queue, deadLetters] = await Promise.all([
    sizeOf(runtime, urls.queue),
    sizeOf(runtime, urls.deadLetters),
  ]);
  return { consumer, queue, deadLetters };
}
