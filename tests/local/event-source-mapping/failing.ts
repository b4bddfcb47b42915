import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';

export const sequenceNumbers = (records: DynamoDBRecord[]) =>
  records.map(({ dynamodb }) => dynamodb?.SequenceNumber);
export const isAbout = (version: string) => (record: DynamoDBRecord) =>
  record.dynamodb?.Keys?.version?.N === version;
/** A function that throws for each batch with this version in it. */
export const throwsAt =
  (version: string) =>
  ({ Records }: DynamoDBStreamEvent) => {
    if (Records.some(isAbout(version))) throw new Error(`broken at ${version}`);
  };
