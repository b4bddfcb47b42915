import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { queuesOf } from '#kit/operations/consumer-queues.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { checkInput, InvalidOperation } from '#kit/operations/input.ts';
import { readDeadLetter } from '#kit/operations/read-dead-letter.ts';
import { receiveAll, release, sizeOf } from '#kit/operations/receive-all.ts';

const LIMIT = 2_000;
const BUDGET_MS = 15_000;
const HIDE_SECONDS = 60;

const input = z.strictObject({
  consumer: z.string(),
  /** A message id, or how it begins. */
  message: z.string().min(8, 'must be a message id, or at least its first 8 characters'),
  /** Found nothing so far, and the queue has more. */
  continuationToken: z.literal(true).optional(),
});

export interface WholeDeadLetter extends DeadLetter {
  body: string;
  /** Message attributes by name, those of the reason included; binary ones as Base64. */
  attributes: Record<string, string>;
}

export interface ShownDeadLetter {
  message?: WholeDeadLetter;
  /** Dead letters that someone else holds at this moment: it may be one of these. */
  inFlight: number;
  /** Present where it was not found and there is more to look at: invoke again with it. */
  continuationToken?: true;
}

/**
 * One dead letter with its body and attributes. Reading takes nothing away; where a queue needs several looks, what the
 * earlier ones saw stays hidden for a minute at most.
 * Throws InvalidOperation for an unknown consumer, and where several ids begin so; and what SQS throws.
 */
export async function showDeadLetter(runtime: Runtime, given: unknown): Promise<ShownDeadLetter> {
  const { consumer, message: start, continuationToken } = checkInput(input, given);
  const { deadLetters: url } = queuesOf(runtime, consumer);
  // In a later look the hidden ones are those of the looks before.
  const inFlight = continuationToken ? 0 : (await sizeOf(runtime, url)).inFlight;
  const { messages, complete } = await receiveAll(runtime, url, {
    limit: LIMIT,
    deadline: runtime.now() + BUDGET_MS,
    hideSeconds: HIDE_SECONDS,
  });
  const [found, another] = messages.filter(({ MessageId = '' }) => MessageId.startsWith(start));
  if (found || complete) await release(runtime, url, messages);
  if (another) throw new InvalidOperation(`message: several begin with ${start}; say more of it`);
  if (!found) return { inFlight, ...(!complete && { continuationToken: true }) };

  const attributes = Object.entries(found.MessageAttributes ?? {}).map(
    ([name, { StringValue, BinaryValue }]) => [
      name,
      StringValue ?? Buffer.from(BinaryValue ?? []).toString('base64'),
    ],
  );
  return {
    inFlight,
    message: {
      ...readDeadLetter(runtime, consumer, found),
      body: found.Body ?? '',
      attributes: Object.fromEntries(attributes),
    },
  };
}
