import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { deliver } from '#resources/local/event-source-mapping/stream-delivery.ts';
import type { Inserted, Table } from '#tests/properties/fakes/table.ts';
import type { Deployment, Mapping } from './deployment.ts';
import type { Machinery } from './machinery.ts';

/** Answers how many records of the shard nobody has dealt with yet. */
export function readShard(
  { clock, adversary, functions, during }: Machinery,
  deployment: Deployment,
  events: Table,
  shard: number,
): () => number {
  const log = events.shards[shard] as Inserted[];
  const [[, properties]] = deployment
    .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
    .filter(([, { EventSourceArn }]) => EventSourceArn.endsWith('/stream')) as [[string, Mapping]];
  const name = deployment.functionOf(properties.FunctionName);
  const random = adversary.random(`stream/${shard}`);
  let position = 0;
  let batches = 0;
  let reading = false;

  async function read(): Promise<void> {
    while (position < log.length) {
      await clock.sleep(random.between(1, 250));
      const start = position;
      const batch = log.slice(start, start + random.between(1, Math.min(30, properties.BatchSize ?? 100)));
      const records = batch.map(streamRecord);
      if (adversary.at(`stream/${shard}/${batches}/twin`, 'two lanes', 0.03)) {
        void during(functions.start(name, { Records: records }).answer.catch(() => undefined));
      }
      await deliver(records, {
        invoke: (event) => functions.start(name, event as { Records: unknown[] }).answer,
        reports: true,
        bisect: true,
        maximumRetryAttempts: -1,
        maximumRecordAgeSeconds: -1,
        backOff: (retry) => clock.sleep(Math.min(5_000, 100 * 2 ** (retry - 1))),
        stopped: () => false,
        done: (records) => {
          position += records.length;
        },
        giveUp: async () => {
          throw new Error('a stream mapping without limits gave up');
        },
      });
      const replayed = adversary.at(`stream/${shard}/${batches++}`, 'stream replayed', 0.02);
      if (replayed) position = start;
    }
  }
  const wake = events.onInsert;
  events.onInsert = () => {
    wake();
    if (reading) return;
    reading = true;
    void during(
      read().finally(() => {
        reading = false;
      }),
    );
  };
  return () => log.length - position;
}

const streamRecord = ({ sequenceNumber, item }: Inserted): DynamoDBRecord => ({
  eventID: sequenceNumber,
  eventName: 'INSERT',
  eventSource: 'aws:dynamodb',
  dynamodb: {
    SequenceNumber: sequenceNumber,
    NewImage: marshall(item) as never,
    StreamViewType: 'NEW_IMAGE',
  },
});
