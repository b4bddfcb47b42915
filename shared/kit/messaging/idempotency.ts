import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
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
