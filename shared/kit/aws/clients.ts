import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { documentClient } from './document-client.ts';
import { lean } from './lean-client.ts';

// A function names those that it uses, so that its bundle holds no other.

export const dynamoClient = (): DynamoDBDocumentClient => documentClient(new DynamoDBClient({}));
export const snsClient = (): SNSClient => lean(new SNSClient({}));
export const sqsClient = (): SQSClient => lean(new SQSClient({}));
