import type { DynamoDBRecord } from 'aws-lambda';
import type { AwsApi } from '#resources/local/emulators/aws-api.ts';

export interface Shard {
  ShardId: string;
  /** Its records come before this shard's; absent for a first shard. */
  ParentShardId?: string;
}

export type Position =
  | { type: 'TRIM_HORIZON' | 'LATEST' }
  | { type: 'AFTER_SEQUENCE_NUMBER'; sequenceNumber: string };

/** What a mapping needs of a stream: DynamoDB's in the local run, a scripted one where a test wants several shards. */
export interface StreamSource {
  shards(): Promise<Shard[]>;
  iterator(shardId: string, position: Position): Promise<string>;
  /** `next` is absent when the shard is closed and read to its end. */
  read(iterator: string, limit: number): Promise<{ records: DynamoDBRecord[]; next?: string }>;
}

/** The most records that one GetRecords answers. */
export const largestRead = 1000;

export function dynamodbStream(api: AwsApi, streamArn: string): StreamSource {
  const awsRegion = streamArn.split(':')[3] ?? '';
  return {
    async shards() {
      const shards: Shard[] = [];
      let after: string | undefined;
      do {
        const { StreamDescription: page } = await api.streams<{
          StreamDescription: { Shards: Shard[]; LastEvaluatedShardId?: string };
        }>('DescribeStream', {
          StreamArn: streamArn,
          ...(after === undefined ? {} : { ExclusiveStartShardId: after }),
        });
        shards.push(...page.Shards);
        after = page.LastEvaluatedShardId;
      } while (after !== undefined);
      return shards;
    },

    async iterator(shardId, position) {
      const { ShardIterator } = await api.streams<{ ShardIterator: string }>('GetShardIterator', {
        StreamArn: streamArn,
        ShardId: shardId,
        ShardIteratorType: position.type,
        ...('sequenceNumber' in position ? { SequenceNumber: position.sequenceNumber } : {}),
      });
      return ShardIterator;
    },

    async read(iterator, limit) {
      const { Records, NextShardIterator } = await api.streams<{
        Records: DynamoDBRecord[];
        NextShardIterator?: string | null;
      }>('GetRecords', { ShardIterator: iterator, Limit: Math.min(limit, largestRead) });
      return {
        records: Records.map((record) => ({ ...record, awsRegion, eventSourceARN: streamArn })),
        ...(NextShardIterator ? { next: NextShardIterator } : {}),
      };
    },
  };
}
