import * as z from 'zod';
import type { Runtime } from '#kit/config/runtime.ts';
import { type ConsumerQueues, consumerQueues, queuesOf } from '#kit/operations/consumer-queues.ts';
import type { DeadLetter } from '#kit/operations/dead-letter.ts';
import { type Group, groupByCause } from '#kit/operations/group-by-cause.ts';
import { checkInput } from '#kit/operations/input.ts';
import { readDeadLetter } from '#kit/operations/read-dead-letter.ts';
import { receiveAll, release, sizeOf } from '#kit/operations/receive-all.ts';

/** So many a page: with the longest reasons about half of the 6 MB that Lambda answers with. */
const PAGE_SIZE = 2_000;
const BUDGET_MS = 15_000;
const HIDE_SECONDS = 60;

const input = z.strictObject({
  /** All of them when absent. */
  consumer: z.string().optional(),
  /** 1–2,000 dead letters a page. */
  limit: z.int().min(1).max(PAGE_SIZE).default(PAGE_SIZE),
  /** As the page before answered it. */
  continuationToken: z.strictObject({ consumers: z.array(z.string()).min(1) }).optional(),
});

export interface DeadLetterPage {
  /** Of this page. */
  groups: Group[];
  deadLetters: DeadLetter[];
  /** Consumers of whose dead letters someone else holds some at this moment: these are not in the list. */
  held: { consumer: string; count: number }[];
  /** Present where there is more. */
  continuationToken?: { consumers: string[] };
}

/**
 * Every dead letter with its reason, and how many there are of each cause. Reading takes nothing away: what was
 * read is visible again when the answer comes. Only where a queue needs several pages do the earlier ones stay
 * hidden, for a minute at most, so that the later pages bring others; some may then come twice.
 * Throws InvalidOperation for an unknown consumer, and what SQS throws.
 */
export async function listDeadLetters(runtime: Runtime, given: unknown): Promise<DeadLetterPage> {
  const { consumer, limit, continuationToken } = checkInput(input, given);
  const names =
    continuationToken?.consumers ?? (consumer ? [consumer] : Object.keys(consumerQueues(runtime)));
  const queues = names.map((name): [string, ConsumerQueues] => [name, queuesOf(runtime, name)]);
  const options = {
    limit: Math.max(1, Math.floor(limit / names.length)),
    deadline: runtime.now() + BUDGET_MS,
    hideSeconds: HIDE_SECONDS,
  };
  const parts = await Promise.all(
    queues.map(async ([name, { deadLetters: url }]) => {
      // Of a later page, the hidden ones are those of the pages before.
      const inFlight = continuationToken ? 0 : (await sizeOf(runtime, url)).inFlight;
      const { messages, complete } = await receiveAll(runtime, url, options);
      if (complete) await release(runtime, url, messages);
      return {
        name,
        inFlight,
        complete,
        letters: messages.map((message) => readDeadLetter(runtime, name, message)),
      };
    }),
  );
  const deadLetters = parts.flatMap(({ letters }) => letters).sort(byTime);
  const more = parts.filter(({ complete }) => !complete).map(({ name }) => name);
  return {
    groups: groupByCause(deadLetters),
    deadLetters,
    held: parts.flatMap(({ name, inFlight }) => (inFlight > 0 ? [{ consumer: name, count: inFlight }] : [])),
    ...(more.length > 0 && { continuationToken: { consumers: more } }),
  };
}

const byTime = (a: DeadLetter, b: DeadLetter): number => (timeOf(a) < timeOf(b) ? -1 : 1);
const timeOf = ({ lastFailureAt, sentAt }: DeadLetter): string => lastFailureAt ?? sentAt;
