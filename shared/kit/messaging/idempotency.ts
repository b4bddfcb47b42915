import {
  IdempotencyConfig,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import type { Runtime } from '#kit/config/runtime.ts';
import { REMEMBERED_SECONDS } from './repeatable.ts';

export type IdempotentEffect = (eventId: string, effect: () => Promise<void>) => Promise<void>;

/**
 * Lets an effect outside happen once for each event: key = consumer + eventId, in the idempotency table. A second
 * delivery meanwhile fails, and finds it done when it comes back; an effect that throws may be tried again. After a
 * crash in the middle the effect is tried again when `context` says that the crashed invocation must have ended:
 * whether it had happened only the other side can know.
 * AWS calls: one conditional put and one update.
 */
export function createIdempotentEffect(
  runtime: Runtime,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): IdempotentEffect {
  const run = makeIdempotent(
    async (_eventId: string, effect: () => Promise<void>) => {
      await effect();
    },
    {
      persistenceStore: recordsOf(runtime),
      keyPrefix: runtime.setting('CONSUMER'),
      dataIndexArgument: 0,
      config: new IdempotencyConfig({
        expiresAfterSeconds: REMEMBERED_SECONDS,
        lambdaContext: context as Context,
      }),
    },
  );
  return async (eventId, effect) => {
    await run(eventId, effect);
  };
}

/**
 * Which of these events `consumer` has done once, by `eventId`; one that it is at, or forgot after 30 days, is not
 * among them. AWS calls: a consistent get for each, at the same time.
 */
export async function findCompleted(
  runtime: Runtime,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const records = recordsOf(runtime);
  records.configure({ config: new IdempotencyConfig({}), keyPrefix: consumer });
  const isDone = async (eventId: string) => {
    try {
      return (await records.getRecord(eventId)).getStatus() === IdempotencyRecordStatus.COMPLETED;
    } catch (error) {
      if (error instanceof IdempotencyItemNotFoundError) return false;
      throw error;
    }
  };
  const done = await Promise.all(eventIds.map(isDone));
  return new Set(eventIds.filter((_, index) => done[index]));
}

const recordsOf = (runtime: Runtime): DynamoDBPersistenceLayer =>
  new DynamoDBPersistenceLayer({
    tableName: runtime.setting('IDEMPOTENCY_TABLE'),
    awsSdkV3Client: sdkClient(runtime),
  });

// Powertools takes only what looks like a client of the SDK, and tags its user agent. This passes on to the
// runtime's, whatever that is, and says that it is tagged already.
function sdkClient({ dynamo }: Runtime): DynamoDBClient {
  return {
    config: {},
    send: dynamo.send.bind(dynamo),
    middlewareStack: { identify: () => ['addPowertoolsToUserAgent'], addRelativeTo() {} },
  } as unknown as DynamoDBClient;
}
