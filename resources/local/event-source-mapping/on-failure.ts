import { randomUUID } from 'node:crypto';
import type { DynamoDBRecord } from 'aws-lambda';
import type { AwsApi } from '#resources/local/emulators/aws-api.ts';

export interface GivenUpBatch {
  records: DynamoDBRecord[];
  condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
  /** How often the function was invoked with it. */
  invocations: number;
  shardId: string;
  streamArn: string;
  functionArn: string;
  /** `Unhandled` when the function threw; null when it reported failures. */
  functionError: 'Unhandled' | null;
}

/** Sends what is known of a batch to the mapping's `OnFailure` destination. */
export type SendToDestination = (batch: GivenUpBatch) => Promise<void>;

/**
 * What AWS sends about a batch that a stream mapping gave up: metadata only. The records stay in the stream,
 * to be read by shard and sequence numbers as long as it keeps them (24 hours).
 */
export function failureMetadata(batch: GivenUpBatch): object {
  const { records, invocations } = batch;
  const [first, last] = [records[0], records.at(-1)];
  return {
    requestContext: {
      requestId: randomUUID(),
      functionArn: batch.functionArn,
      condition: batch.condition,
      approximateInvokeCount: invocations,
    },
    ...(invocations > 0
      ? {
          responseContext: {
            statusCode: 200,
            executedVersion: '$LATEST',
            functionError: batch.functionError,
          },
        }
      : {}),
    version: '1.0',
    timestamp: new Date().toISOString(),
    DDBStreamBatchInfo: {
      shardId: batch.shardId,
      startSequenceNumber: first?.dynamodb?.SequenceNumber,
      endSequenceNumber: last?.dynamodb?.SequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn: batch.streamArn,
    },
  };
}

/** @param destinationArn a queue or a topic; a batch given up without a destination is lost, as on AWS */
export function destination(
  api: AwsApi,
  sqsEndpoint: string,
  destinationArn: string | undefined,
): SendToDestination {
  if (!destinationArn) return async () => {};
  const [, , service, , account, name] = destinationArn.split(':');
  return async (batch) => {
    const body = JSON.stringify(failureMetadata(batch));
    if (service === 'sqs') {
      await api.sqs('SendMessage', { QueueUrl: `${sqsEndpoint}/${account}/${name}`, MessageBody: body });
    } else if (service === 'sns') {
      await api.sns('Publish', { TopicArn: destinationArn, Message: body });
    } else {
      throw new Error(`The local run sends to SQS and SNS only, not to ${destinationArn}`);
    }
  };
}

function arrival(record: DynamoDBRecord | undefined): string {
  return new Date((record?.dynamodb?.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
}
