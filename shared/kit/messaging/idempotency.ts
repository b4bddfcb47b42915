import {
  IdempotencyConfig,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context } from 'aws-lambda';
import { batchGet } from '#kit/aws/batch-get.ts';
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
 * Which of these (distinct) events `consumer` has done once, by `eventId`; one that it is at, or forgot after 30 days, is
 * not among them. Eventually consistent. AWS calls: a batch get for each 100, at the same time. Throws KeysUnprocessed.
 */
export async function findCompleted(
  runtime: Runtime,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> {
  const records = new BatchedRecords(runtime);
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
  new DynamoDBPersistenceLayer(optionsOf(runtime));

const optionsOf = (runtime: Runtime) => ({
  tableName: runtime.setting('IDEMPOTENCY_TABLE'),
  awsSdkV3Client: sdkClient(runtime),
});

/** Reads together what is asked for at once: Powertools would get each record by a call of its own. */
class BatchedRecords extends DynamoDBPersistenceLayer {
  readonly #runtime: Runtime;
  readonly #ids: string[] = [];
  #records: Promise<Map<unknown, Record<string, unknown>>> | undefined;

  constructor(runtime: Runtime) {
    super(optionsOf(runtime));
    this.#runtime = runtime;
  }

  protected override async _getRecord(id: string): Promise<IdempotencyRecord> {
    this.#ids.push(id);
    this.#records ??= Promise.resolve().then(() => this.#read());
    const item = (await this.#records).get(id);
    if (!item) throw new IdempotencyItemNotFoundError();
    return new IdempotencyRecord({
      idempotencyKey: id,
      status: item.status as ReturnType<IdempotencyRecord['getStatus']>,
      expiryTimestamp: Number(item.expiration),
    });
  }

  async #read() {
    const keys = this.#ids.map((id) => ({ id }));
    const items = await batchGet(this.#runtime, 'IDEMPOTENCY_TABLE', keys);
    return new Map(items.map((item) => [item.id, item]));
  }
}

// Powertools takes only what looks like a client of the SDK, and tags its user agent. This passes on to the
// runtime's, whatever that is, and says that it is tagged already.
function sdkClient({ dynamo }: Runtime): DynamoDBClient {
  return {
    config: {},
    send: dynamo.send.bind(dynamo),
    middlewareStack: { identify: () => ['addPowertoolsToUserAgent'], addRelativeTo() {} },
  } as unknown as DynamoDBClient;
}
