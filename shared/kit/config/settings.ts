import * as z from 'zod';
import { describeProblems, problemsOf } from '#kit/events/field-errors.ts';
import { fromJson } from './from-json.ts';

const text = z.string();
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be a whole number from ${min} to ${max}`);

/** JSON of this shape. */
const json = <Schema extends z.ZodType>(schema: Schema, shape: string) =>
  text.transform((value, context): z.output<Schema> => {
    const parsed = schema.safeParse(fromJson(value));
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: `must be JSON: ${shape}` });
    return z.NEVER;
  });

const consumerQueues = z.record(z.string(), z.object({ queue: text, deadLetters: text }));

const subscriptions = z.record(
  z.string(),
  z.object({ queue: text, filter: z.record(z.string(), z.array(z.unknown())).optional() }),
);

/** The environment variables that the kit reads; serverless.yml and resources/ set them. */
const kitSettings = z
  .object({
    EVENTS_TABLE: text,
    READ_MODEL_TABLE: text,
    IDEMPOTENCY_TABLE: text,
    TOPIC_ARN: text,
    SERVICE: text,
    STAGE: text,
    /** A line in the log for each event that takes a step, or for each batch; see kit/observability/hops.ts. */
    HOP_LOG: z.enum(['event', 'batch']),
    /** The consumer whose function this is. */
    CONSUMER: text,
    QUEUE_URL: text,
    /** Of the consumer that does the steps of the audit. */
    AUDIT_QUEUE_URL: text,
    DEAD_LETTER_QUEUE_URL: text,
    /** Receives after which SQS moves a message to the dead letters (SetQueueAttributes: 1 to 1,000). */
    MAX_RECEIVE_COUNT: whole(1, 1_000),
    /** Of the backoff; 0 = at once. */
    RETRY_BASE_SECONDS: whole(0, 900),
    /** JSON: the URLs of every consumer's two queues, by its name. */
    CONSUMER_QUEUES: json(consumerQueues, 'consumer → {queue, deadLetters}'),
    /** JSON: the URL of every consumer's queue and the filter policy of its subscription, where it is subscribed, by its name. */
    CONSUMER_SUBSCRIPTIONS: json(subscriptions, 'consumer → {queue, filter}'),
    PUBLISHER_FAILURES_URL: text,
    /** Until every process knows of a new generation; see kit/projections/generations.ts. */
    PROPAGATION_SECONDS: whole(0, 900),
  })
  .partial();

/** All of them as they are where they are set. */
export type Present<Settings extends object> = {
  [Name in keyof Settings]-?: Exclude<Settings[Name], undefined>;
};

export type KitSettings = Present<z.infer<typeof kitSettings>>;

/** A setting is not there; `createRuntime` cannot know which of them a function needs. */
export class MissingSetting extends Error {
  override readonly name = 'MissingSetting';
}

/** Settings that are there and wrong; the message names all of them. */
export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a deployment, the kit's and the application's, all at once; an empty one counts as not set.
 * Pure. Throws InvalidSettings.
 */
export function parseSettings<Own extends object>(
  own: z.ZodType<Own>,
  environment: Environment,
): Partial<KitSettings> & Own {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
  const parsed = [kitSettings.safeParse(given), own.safeParse(given)] as const;
  const problems = parsed.flatMap(({ error }) => (error ? problemsOf(error) : []));
  if (problems.length > 0) throw new InvalidSettings(describeProblems(problems));
  return { ...parsed[0].data, ...parsed[1].data } as Partial<KitSettings> & Own;
}
