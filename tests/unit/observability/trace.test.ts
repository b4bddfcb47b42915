import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, test } from '@jest/globals';

// What the traces of docs/observability.md rest on, beside what the template says: without an X-Ray SDK in the bundles, the AWS
// SDK itself passes the trace of the invocation on to the topic.

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=557abcec3ee5a047;Sampled=1';
const { AWS_LAMBDA_FUNCTION_NAME, _X_AMZN_TRACE_ID } = process.env;

afterEach(() => {
  Object.assign(process.env, { AWS_LAMBDA_FUNCTION_NAME, _X_AMZN_TRACE_ID });
  if (AWS_LAMBDA_FUNCTION_NAME === undefined) delete process.env.AWS_LAMBDA_FUNCTION_NAME;
  if (_X_AMZN_TRACE_ID === undefined) delete process.env._X_AMZN_TRACE_ID;
});

/** The headers with which a message would go to SNS. */
async function headersOfPublish(): Promise<Record<string, string>> {
  let headers: Record<string, string> = {};
  const sns = new SNSClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle(request: { headers: Record<string, string> }): Promise<never> {
        headers = request.headers;
        throw new Error('not sent');
      },
    },
  });
  const entries = [{ Id: '0', Message: 'x' }];
  const command = new PublishBatchCommand({ TopicArn: 'arn:topic', PublishBatchRequestEntries: entries });
  await expect(sns.send(command)).rejects.toThrow('not sent');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

describe('A message to the topic', () => {
  test('carries the trace of the invocation that sends it', async () => {
    Object.assign(process.env, { AWS_LAMBDA_FUNCTION_NAME: 'publish-events', _X_AMZN_TRACE_ID: TRACE });
    expect((await headersOfPublish())['x-amzn-trace-id']).toBe(TRACE);
  });

  test('carries none from anywhere else', async () => {
    delete process.env.AWS_LAMBDA_FUNCTION_NAME;
    process.env._X_AMZN_TRACE_ID = TRACE;
    expect(await headersOfPublish()).not.toHaveProperty('x-amzn-trace-id');
  });
});
