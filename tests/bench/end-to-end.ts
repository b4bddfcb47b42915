import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { chunksOf } from '#kit/aws/chunks.ts';
import { documentClient } from '#kit/aws/document-client.ts';
import type { Endpoints } from '#resources/local/emulators/index.ts';
import { startMappings } from '#resources/local/event-source-mapping/index.ts';
import { createStack } from '#resources/local/stack/stack.ts';
import type { Template } from '#resources/local/stack/template.ts';
import { sharedTemplateVariable } from '#tests/support/compiled-template.ts';
import { uniquePrefix } from '#tests/support/emulators.ts';
import { httpEvent } from '#tests/support/http-event.ts';
import { startSystem } from '#tests/support/system.ts';
import { startBenchEmulators } from './bench-emulators.ts';
import { ratioOf, timed } from './measure.ts';
import type { Bench } from './types.ts';

const COMMANDS = 200;
const AT_ONCE = 20;

/** A way from a command to its view, on emulators that both sides share. */
interface Side {
  command(id: string): Promise<void>;
  /** Views that are written by now. */
  views(): number;
  stop(): Promise<void>;
}

/** On the emulators that come with npm install. */
export const endToEndBench: Bench = {
  name: 'end-to-end',
  description: 'from the command to its view, against the emulators without anything of ours',
  notOnStage:
    'its other side is functions that do nothing. On a stage, `lag` in the log says how long events take.',
  async run({ template, progress }) {
    const stack = await template();
    const folder = await mkdtemp(join(tmpdir(), 'orderstream-bench-'));
    process.env[sharedTemplateVariable] = join(folder, 'template.json');
    await writeFile(join(folder, 'template.json'), JSON.stringify(stack));
    const emulators = await startBenchEmulators();
    const { dynamodb, sns, sqs, region } = emulators;
    const sides = [await ours(), await bare(stack, { dynamodb, sns, sqs, region })] as const;
    try {
      const [mine, theirs] = sides.map((side) => () => timed(() => burst(side))) as [
        () => Promise<number>,
        () => Promise<number>,
      ];
      progress('end-to-end: warming up');
      await mine();
      await theirs();
      progress('end-to-end: in turn');
      const { ratio, oursMs, theirsMs } = await ratioOf(mine, theirs, 7);
      const rate = (ms: number) => (COMMANDS * 1_000) / ms;
      return [
        {
          name: 'end-to-end',
          title: `${COMMANDS} commands, ${AT_ONCE} at once, until the last view is written`,
          head: ['', 'commands/s', 'by the ceiling of the emulators'],
          rows: [
            ['ours', rate(oursMs), 1 / ratio],
            ['the emulators, bare', rate(theirsMs), 1],
          ],
          chart: { column: 2, unit: '×' },
          notes: [
            'Bare: the same puts, stream, topic, queues and mappings, with functions that pass on what they get, in the same process.',
          ],
        },
      ];
    } finally {
      for (const side of sides) await side.stop();
      await emulators.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function burst(side: Side): Promise<void> {
  const target = side.views() + COMMANDS;
  const ids = Array.from({ length: COMMANDS }, () => randomUUID());
  const work = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) await side.command(id);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const deadline = Date.now() + 60_000;
  while (side.views() < target) {
    if (Date.now() > deadline) throw new Error(`${target - side.views()} views are missing after a minute`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const PATH = ['publish-events', 'order-view'];

async function ours(): Promise<Side> {
  let views = 0;
  const system = await startSystem({
    runs: (name) => PATH.includes(name),
    enforceRoles: false,
    parts: (name) => (name === 'order-view' ? { dynamo: counting() } : {}),
  });
  function counting(): never {
    const send = async (command: object) => {
      const answer = await system.dynamo.send(command as never);
      if (command instanceof PutCommand) views++;
      return answer;
    };
    return { send } as never;
  }
  return {
    async command(id) {
      const body = { name: 'Ada Lovelace', email: 'ada@example.com' };
      const { statusCode } = (await system.invoke('register-customer', httpEvent({ sub: id, body }))) as {
        statusCode: number;
      };
      if (statusCode !== 201) throw new Error(`a command was answered with ${statusCode}`);
    },
    views: () => views,
    stop: () => system.stop(),
  };
}

/** The same path with functions that do as little as there is to do. */
async function bare(template: Template, emulators: Endpoints): Promise<Side> {
  const stack = await createStack(template, { emulators, prefix: uniquePrefix() });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = (endpoint: string) => ({ region: emulators.region, endpoint, credentials });
  const dynamo = documentClient(new DynamoDBClient(client(emulators.dynamodb)));
  const sns = new SNSClient(client(emulators.sns));
  let views = 0;
  const publish = async ({ Records }: DynamoDBStreamEvent) => {
    await Promise.all(
      chunksOf(Records, 10).map((chunk) =>
        sns.send(
          new PublishBatchCommand({
            TopicArn: stack.topics.EventsTopic?.arn,
            PublishBatchRequestEntries: chunk.map(({ dynamodb }, index) => ({
              Id: String(index),
              Message: JSON.stringify(unmarshall(dynamodb?.NewImage as never)),
              MessageAttributes: { aggregateType: { DataType: 'String', StringValue: 'customer' } },
            })),
          }),
        ),
      ),
    );
    return { batchItemFailures: [] };
  };
  const view = async ({ Records }: SQSEvent) => {
    await Promise.all(
      Records.map(async ({ body }) => {
        const { streamId, version, data } = JSON.parse(body);
        const Item = { pk: streamId, sk: 'VIEW', version, ...data };
        await dynamo.send(new PutCommand({ TableName: stack.tables.ReadModelTable?.name, Item }));
        views++;
      }),
    );
    return { batchItemFailures: [] };
  };
  const functions: Record<string, (event: never) => Promise<unknown>> = {
    'publish-events': publish,
    'order-view': view,
  };
  const mappings = startMappings(template, stack, (logicalId) => {
    const name = String(template.Resources[logicalId]?.Properties?.FunctionName).replace(
      /^orderstream-dev-/,
      '',
    );
    const run = functions[name];
    return run && ((event) => run(event as never));
  });
  return {
    async command(id) {
      const now = new Date().toISOString();
      const Item = {
        streamId: `customer-${id}`,
        version: 1,
        eventId: randomUUID(),
        aggregateType: 'customer',
        aggregateId: id,
        eventType: 'CustomerRegistered',
        schemaVersion: 1,
        data: { name: 'Ada Lovelace', email: 'ada@example.com' },
        metadata: { userId: id, timestamp: now, correlationId: 'bench', causationId: 'bench', commandId: id },
        typeDayShard: `CustomerRegistered#${now.slice(0, 10)}#0`,
      };
      const TableName = stack.tables.EventsTable?.name;
      await dynamo.send(
        new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(streamId)' }),
      );
    },
    views: () => views,
    async stop() {
      await mappings.stop();
      dynamo.destroy();
      sns.destroy();
    },
  };
}
