import { dirname } from 'node:path';
import { z } from 'zod';
import { check, InvalidConfiguration, type ResolveVariable } from '#resources/variables.ts';
import { filterPolicy } from './filter-policy.ts';

/** One consumer.yml. Everything else about a consumer is the same for all. */
const consumer = z
  .strictObject({
    /** The name of the function and the queue: `order-view`. */
    name: z
      .string()
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be words of a-z and 0-9 with hyphens between them'),
    /** The function's; the AsyncAPI document shows it. */
    description: z.string().min(1),
    handler: z.string().min(1),
    /** As in the YAML of a function (resources/iam/role.ts). Those on its own queue and dead letters are added. */
    permissions: z.record(z.string(), z.array(z.string())).default({}),
    /** False for a queue that only our own functions send to: it has no filter, and nothing of the topic comes to it. */
    subscribed: z.boolean().default(true),
    filter: filterPolicy.optional(),
    batchSize: z.int().min(1).max(10_000).default(10),
    /** Seconds to wait for a full batch. */
    batchWindow: z.int().min(0).max(300).optional(),
    /** Concurrent invocations. The stage's `consumerConcurrency` applies where it is lower. */
    maximumConcurrency: z.int().min(2).max(1_000).optional(),
    environment: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(({ batchSize, batchWindow = 0 }) => batchSize <= 10 || batchWindow >= 1, {
    path: ['batchWindow'],
    message: 'must be at least 1 where batchSize is above 10: Lambda demands it',
  })
  .refine(({ subscribed, filter }) => subscribed === (filter !== undefined), {
    path: ['filter'],
    message: 'is needed, unless the consumer is not subscribed (subscribed: false)',
  });

export type Consumer = z.output<typeof consumer>;

/** The logical ids of a consumer's resources: order-view → OrderViewQueue, … */
export function idsOf({ name }: Pick<Consumer, 'name'>) {
  const id = name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return { id, queue: `${id}Queue`, deadLetters: `${id}DeadLetters`, subscription: `${id}Subscription` };
}

/**
 * The consumers that serverless.yml lists, in that order. Throws InvalidConfiguration for a file that does not exist, a field
 * that is missing, unknown or invalid, and a name that two of them have.
 */
export async function readConsumers(resolveVariable: ResolveVariable): Promise<Consumer[]> {
  const files = check(
    z.array(z.string()),
    await resolveVariable('self:consumers'),
    'serverless.yml: consumers',
  );
  const consumers = await Promise.all(files.map((file) => readConsumer(file, resolveVariable)));
  const firstFile = new Map<string, string>();
  for (const [at, { name }] of consumers.entries()) {
    const file = files[at] ?? '';
    const other = firstFile.get(name);
    if (other) throw new InvalidConfiguration(`${file}: name: ${other} has the name ${name} as well`);
    firstFile.set(name, file);
  }
  return consumers;
}

async function readConsumer(file: string, resolveVariable: ResolveVariable): Promise<Consumer> {
  const content = await resolveVariable(`file(${file}), null`);
  if (content === null) throw new InvalidConfiguration(`serverless.yml: consumers: there is no file ${file}`);
  const read = check(consumer, content, file);
  const folder = `${dirname(file)}/`;
  if (!read.handler.startsWith(folder)) {
    throw new InvalidConfiguration(`${file}: handler: ${read.handler} is not in ${folder}`);
  }
  return read;
}
