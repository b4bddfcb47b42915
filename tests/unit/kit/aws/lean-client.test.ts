import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { lean } from '#kit/aws/lean-client.ts';

interface Sent {
  headers: Record<string, string>;
}

function clientWith(
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string; expiration?: Date }>,
) {
  const sent: Sent[] = [];
  const requestHandler = {
    async handle(request: Sent) {
      sent.push(request);
      return { response: { statusCode: 200, headers: {}, body: new TextEncoder().encode('{}') } };
    },
  };
  const client = new DynamoDBClient({
    region: 'eu-north-1',
    endpoint: 'http://127.0.0.1:1',
    credentials,
    requestHandler: requestHandler as never,
  });
  return { client: lean(client), sent };
}

const credentials = async () => ({ accessKeyId: 'AKIA1', secretAccessKey: 'secret' });

describe('a lean client', () => {
  it('signs each request for its region and service', async () => {
    const { client, sent } = clientWith(credentials);
    for (let call = 0; call < 2; call++) await client.send(new ListTablesCommand({}));
    for (const { headers } of sent) {
      expect(headers.authorization).toMatch(
        /Credential=AKIA1\/\d{8}\/eu-north-1\/dynamodb\/aws4_request, SignedHeaders=\S*host/,
      );
    }
    expect(sent).toHaveLength(2);
  });

  it('signs with new credentials when the old ones have expired', async () => {
    let asked = 0;
    const expired = async () => {
      asked++;
      return {
        accessKeyId: `AKIA${asked}`,
        secretAccessKey: 'secret',
        expiration: new Date(Date.now() - 1_000),
      };
    };
    const { client, sent } = clientWith(expired);
    for (let call = 0; call < 3; call++) await client.send(new ListTablesCommand({}));
    const keys = sent.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
    expect(new Set(keys).size).toBe(3);
  });

  it('asks again for a signer that could not be made', async () => {
    let fails = true;
    const { client, sent } = clientWith(credentials);
    const { region } = client.config;
    client.config.region = () => (fails ? Promise.reject(new Error('no region')) : region());
    await expect(client.send(new ListTablesCommand({}))).rejects.toThrow('no region');
    fails = false;
    await client.send(new ListTablesCommand({}));
    expect(sent).toHaveLength(1);
  });

  it('says who calls in one header, the same each time', async () => {
    const { client, sent } = clientWith(credentials);
    for (let call = 0; call < 2; call++) await client.send(new ListTablesCommand({}));
    for (const { headers } of sent) {
      expect(headers['user-agent']).toBe(`aws-sdk-js/3 md/nodejs#${process.versions.node}`);
      expect(headers).not.toHaveProperty('x-amz-user-agent');
    }
  });

  it.each([
    ['DynamoDB', () => new DynamoDBClient({})],
    ['SNS', () => new SNSClient({})],
    ['SQS', () => new SQSClient({})],
  ])('finds in a client of %s what it leaves out', (_, create) => {
    const names = () => client.middlewareStack.identify().map((name) => name.split(' ')[0]);
    const client = create();
    expect(names()).toEqual(expect.arrayContaining(['loggerMiddleware', 'getUserAgentMiddleware']));
    lean(client);
    expect(names()).not.toContain('loggerMiddleware');
    expect(names().filter((name) => name === 'getUserAgentMiddleware')).toHaveLength(1);
  });
});
