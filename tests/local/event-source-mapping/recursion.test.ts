import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from '#tests/support/eventually.ts';
import { mappedStack, stopMappedStacks } from '#tests/support/mapped-stack.ts';
import { sendTraceHeader } from '#tests/support/trace-header.ts';

afterAll(stopMappedStacks);

describe('a function that sends to its own queue', () => {
  async function loop(consumer: Record<string, unknown>, until: number) {
    let sqs: SQSClient | undefined;
    const warnings: string[] = [];
    const stack = await mappedStack({
      mapping: { BatchSize: 1 },
      consumer,
      start: { warn: (message) => warnings.push(message) },
      onMessages: async ({ Records: [record] }, traceHeader) => {
        const step = Number(record?.body) + 1;
        if (step >= until || !sqs) return null;
        sendTraceHeader(sqs, () => traceHeader);
        const QueueUrl = stack.stack.queues.ReviewQueue?.url;
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: String(step) }));
        sqs.middlewareStack.remove('sendTraceHeader');
        return null;
      },
    });
    const { sqs: endpoint, region } = stack.stack.emulators;
    sqs = new SQSClient({ endpoint, region, credentials: { accessKeyId: 'x', secretAccessKey: 'x' } });
    await stack.send('0');
    return { ...stack, warnings };
  }

  test('is stopped as a loop after 16 invocations, and the message becomes a dead letter', async () => {
    const { messageBatches, inspect, warnings } = await loop({}, 20);
    await eventually(async () => (await inspect('ReviewDeadLetters')).ready === 1);
    // Not how many there were: a message may come twice.
    expect(new Set(messageBatches.flat().map(({ body }) => body)).size).toBe(16);
    expect((await inspect('ReviewDeadLetters')).bodies).toEqual(['16']);
    expect(warnings).toContainEqual(expect.stringContaining('RecursiveLoop: Allow'));
  });

  test('goes on with RecursiveLoop: Allow', async () => {
    const { messageBatches, mappings, inspect } = await loop({ RecursiveLoop: 'Allow' }, 20);
    await eventually(() => messageBatches.length === 20);
    await mappings.waitUntilIdle();
    expect(await inspect('ReviewDeadLetters')).toMatchObject({ ready: 0 });
  });

  test('may be sent as many messages as there are by others', async () => {
    const { send, messageBatches } = await mappedStack({ onMessages: () => null });
    for (let batch = 0; batch < 3; batch++) await send(...Array.from({ length: 10 }, (_, at) => String(at)));
    await eventually(() => messageBatches.flat().length === 30);
  });
});
