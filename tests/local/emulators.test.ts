import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { type AwsApi, awsApi, xmlValue } from '#resources/local/emulators/aws-api.ts';
import { type Emulators, startEmulators } from '#resources/local/emulators/index.ts';
import { isAlive } from '#resources/local/process-lock.mjs';
import { eventually } from '#tests/support/eventually.ts';
import { sendTraceHeader } from '#tests/support/trace-header.ts';

const folder = mkdtempSync(join(tmpdir(), 'emulators-'));
const started: Emulators[] = [];
afterEach(() => Promise.all(started.splice(0).map((emulators) => emulators.stop())));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function start(dataDir?: string): Promise<{ emulators: Emulators; api: AwsApi }> {
  const emulators = await startEmulators(dataDir ? { dataDir } : {});
  started.push(emulators);
  return { emulators, api: awsApi(emulators) };
}

/** A process that starts emulators and then only waits. */
async function startElsewhere(dataDir: string): Promise<{ parent: ChildProcess; endpoints: Emulators }> {
  const module = new URL('../../resources/local/emulators/index.ts', import.meta.url).href;
  const program = `
    const { startEmulators } = await import(${JSON.stringify(module)});
    const { stop, onUnexpectedExit, ...plain } = await startEmulators({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify(plain));
    setInterval(() => {}, 60_000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const [line] = await once(parent.stdout, 'data');
  return { parent, endpoints: JSON.parse(String(line)) as Emulators };
}

const isRunning = async (pid: number) => {
  if (!isAlive(pid)) return false;
  // A child whose parent was killed may stay a zombie until init takes it.
  const { stdout } = spawn('ps', ['-o', 'stat=', '-p', String(pid)]);
  const state = (await stdout.toArray()).join('');
  return state !== '' && !state.startsWith('Z');
};

const createQueue = async (api: AwsApi, attributes: Record<string, string> = {}) => {
  const { QueueUrl } = await api.sqs<{ QueueUrl: string }>('CreateQueue', {
    QueueName: 'kept',
    Attributes: attributes,
  });
  return QueueUrl;
};

interface Received {
  Messages?: { Body: string; ReceiptHandle: string; Attributes: Record<string, string> }[];
}
const receive = (api: AwsApi, queueUrl: string, more: object = {}) =>
  api.sqs<Received>('ReceiveMessage', {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ['All'],
    ...more,
  });

describe('emulators', () => {
  test('answer on loopback, and stop() leaves nothing running', async () => {
    const { emulators, api } = await start();
    expect(await api.dynamodb('ListTables', {})).toEqual({ TableNames: [] });
    expect(emulators.pids).toHaveLength(2);
    for (const endpoint of [emulators.dynamodb, emulators.sqs])
      expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await emulators.stop();
    expect(await Promise.all(emulators.pids.map(isRunning))).toEqual([false, false]);
    await expect(api.sqs('ListQueues', {})).rejects.toThrow(/did not answer/);
  });

  test('tell when one ends that was not stopped', async () => {
    const { emulators } = await start();
    const ended = new Promise((resolve) => emulators.onUnexpectedExit(resolve));
    process.kill(Number(emulators.pids[1]), 'SIGKILL');
    expect(await ended).toBe('fauxqs');
  });

  test('end with the process that started them, also when it is killed, and keep what they had', async () => {
    const dataDir = join(folder, 'killed');
    const { parent, endpoints } = await startElsewhere(dataDir);
    const elsewhere = awsApi(endpoints);
    const oldUrl = await createQueue(elsewhere);
    await elsewhere.sqs('SendMessage', { QueueUrl: oldUrl, MessageBody: 'waiting' });
    await elsewhere.sqs('SendMessage', { QueueUrl: oldUrl, MessageBody: 'in flight' });
    await receive(elsewhere, oldUrl, { MaxNumberOfMessages: 1 });
    await elsewhere.dynamodb('CreateTable', {
      TableName: 'kept',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await elsewhere.dynamodb('PutItem', { TableName: 'kept', Item: { id: { S: 'a' } } });

    parent.kill('SIGKILL');
    await eventually(async () => !(await Promise.all(endpoints.pids.map(isRunning))).includes(true));

    const { api } = await start(dataDir);
    expect(await api.dynamodb('GetItem', { TableName: 'kept', Key: { id: { S: 'a' } } })).toMatchObject({
      Item: { id: { S: 'a' } },
    });
    const { QueueUrl } = await api.sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName: 'kept' });
    expect(QueueUrl).not.toBe(oldUrl);
    const { Messages = [] } = await receive(api, QueueUrl);
    expect(
      Messages.map(({ Body, Attributes }) => `${Body} ${Attributes.ApproximateReceiveCount}`).sort(),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/ 1$/), expect.stringMatching(/ 2$/)]));
    expect(Messages.map(({ Body }) => Body).sort()).toEqual(['in flight', 'waiting']);
  });

  test('take an empty file of messages for a new one', async () => {
    const dataDir = join(folder, 'empty');
    mkdirSync(join(dataDir, 'messaging'), { recursive: true });
    writeFileSync(join(dataDir, 'messaging/fauxqs.db'), '');
    const { api } = await start(dataDir);
    expect(await createQueue(api)).toContain('/kept');
  });

  test('name what to install where there is no DynamoDB to start', async () => {
    const { startDynoxide } = await import('#resources/local/emulators/dynoxide.ts');
    await expect(startDynoxide({ path: '', resolve: () => undefined })).rejects.toThrow(
      /dynoxide.*cargo install dynoxide-rs.*DYNAMODB_ENDPOINT/s,
    );
  });

  test('take a DynamoDB that runs already, and leave it running', async () => {
    const { emulators } = await start();
    const second = await startEmulators({ dynamodbEndpoint: emulators.dynamodb });
    expect(second.dynamodb).toBe(emulators.dynamodb);
    expect(second.pids).toHaveLength(1);
    await second.stop();
    expect(await awsApi(emulators).dynamodb('ListTables', {})).toEqual({ TableNames: [] });
  });
});

describe('what is patched in fauxqs', () => {
  test('a standard queue keeps no order', async () => {
    const { api } = await start();
    const url = await createQueue(api);
    const bodies = Array.from({ length: 40 }, (_, index) => String(index));
    for (const from of [0, 10, 20, 30]) {
      await api.sqs('SendMessageBatch', {
        QueueUrl: url,
        Entries: bodies.slice(from, from + 10).map((body) => ({ Id: body, MessageBody: body })),
      });
    }
    const received: string[] = [];
    while (received.length < 40) {
      const { Messages = [] } = await receive(api, url);
      received.push(...Messages.map(({ Body }) => Body));
    }
    expect(received).not.toEqual(bodies);
    expect([...received].sort()).toEqual([...bodies].sort());
  });

  test('a message that was released keeps its receive count on disk', async () => {
    const dataDir = join(folder, 'released');
    const { emulators, api } = await start(dataDir);
    const url = await createQueue(api);
    await api.sqs('SendMessage', { QueueUrl: url, MessageBody: 'released' });
    const { Messages: [message] = [] } = await receive(api, url);
    await api.sqs('ChangeMessageVisibility', {
      QueueUrl: url,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    await emulators.stop();
    const again = await start(dataDir);
    const { QueueUrl } = await again.api.sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName: 'kept' });
    const { Messages: [second] = [] } = await receive(again.api, QueueUrl);
    expect(second?.Attributes.ApproximateReceiveCount).toBe('2');
  });

  describe('messages', () => {
    const attributes = { reason: { DataType: 'String', StringValue: 'no 💥 here' } };
    const send = (api: AwsApi, url: string, body: string) =>
      Promise.all([
        api
          .sqs('SendMessage', { QueueUrl: url, MessageBody: body, MessageAttributes: attributes })
          .then(() => true)
          .catch(({ code }) => code),
        api
          .sqs<{ Successful?: unknown[]; Failed?: { Code: string }[] }>('SendMessageBatch', {
            QueueUrl: url,
            Entries: [{ Id: '1', MessageBody: body, MessageAttributes: attributes }],
          })
          .then(({ Successful = [], Failed = [] }) => Failed[0]?.Code ?? Successful.length === 1),
      ]);

    test('have all characters that SQS takes', async () => {
      const { api } = await start();
      const url = await createQueue(api);
      const bodies = [
        '💥',
        '\t\n\r é 漢 𠮷',
        '\uD7FF\uE000\uFFFD',
        '\u{10000}\u{10FFFF}',
        'é💥'.repeat(5_000),
      ];
      for (const body of bodies) expect(await send(api, url, body)).toEqual([true, true]);
      const received: string[] = [];
      while (received.length < 2 * bodies.length) {
        const { Messages = [] } = await receive(api, url);
        received.push(...Messages.map(({ Body }) => Body));
      }
      expect(received.sort()).toEqual([...bodies, ...bodies].sort());
    });

    test('have none that it refuses', async () => {
      const { api } = await start();
      const url = await createQueue(api);
      for (const body of ['\0', '\u001B', '\uFFFE', '\uFFFF', 'half \uD83D', '\uDCA5 half']) {
        const refused = 'InvalidMessageContents';
        expect({ body, answers: await send(api, url, body) }).toEqual({ body, answers: [refused, refused] });
      }
    });
  });

  test('a message keeps the trace header with which it was sent, or published', async () => {
    const { emulators, api } = await start();
    const QueueUrl = await createQueue(api);
    const { Attributes } = await api.sqs<{ Attributes: { QueueArn: string } }>('GetQueueAttributes', {
      QueueUrl,
      AttributeNames: ['QueueArn'],
    });
    const TopicArn = xmlValue(await api.sns('CreateTopic', { Name: 'traced' }), 'TopicArn');
    await api.sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: Attributes.QueueArn });

    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const { region } = emulators;
    const sqs = new SQSClient({ region, endpoint: emulators.sqs, credentials });
    const sns = new SNSClient({ region, endpoint: emulators.sns, credentials });
    sendTraceHeader(sqs, () => 'Root=sent');
    sendTraceHeader(sns, () => 'Root=published');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
    await api.sqs('SendMessage', { QueueUrl, MessageBody: 'without' });

    const headers: unknown[] = [];
    await eventually(async () => {
      const { Messages = [] } = await receive(api, QueueUrl, {
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['All'],
      });
      headers.push(...Messages.map(({ Attributes: { AWSTraceHeader } }) => AWSTraceHeader));
      return headers.length === 3;
    });
    expect(headers.sort()).toEqual(['Root=published', 'Root=sent', undefined]);
    for (const client of [sqs, sns]) client.destroy();
  });

  test('queue URLs name an address that every machine knows', async () => {
    const { emulators, api } = await start();
    expect(await createQueue(api)).toBe(`${emulators.sqs}/000000000000/kept`);
  });
});
