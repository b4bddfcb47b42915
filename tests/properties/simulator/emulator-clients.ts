import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { documentClient } from '#kit/aws/document-client.ts';
import type { Endpoints } from '#resources/local/emulators/index.ts';

/**
 * On AWS each invocation has sockets of its own; here they all share one client. With the SDK's 50 sockets they would wait
 * for each other, and the SDK would print warnings about it.
 */
const SOCKETS = 1_000;

/** The SDK's clients of the emulators. Whoever makes them destroys them. */
export function emulatorClients({ region, dynamodb, sns, sqs }: Endpoints) {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const requestHandler = { httpAgent: { maxSockets: SOCKETS } };
  const at = (endpoint: string) => ({ region, endpoint, credentials, requestHandler });
  return {
    dynamo: documentClient(new DynamoDBClient(at(dynamodb))),
    sns: new SNSClient(at(sns)),
    sqs: new SQSClient(at(sqs)),
  };
}
