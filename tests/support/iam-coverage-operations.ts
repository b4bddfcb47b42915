import { randomUUID } from 'node:crypto';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from '@jest/globals';
import type { Republished } from '#functions/operations/republish/republish.ts';
import { saveTickState } from '#kit/deadlines/tick-state.ts';
import { dueKeysOf, MINUTE_MS } from '#kit/event-store/due-keys.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { failureMetadata, type GivenUpBatch } from '#resources/local/event-source-mapping/on-failure.ts';
import { order, person } from './iam-coverage-person.ts';
import type { RecordedSystem } from './recorded-system.ts';
import { orderStream } from './streams.ts';

/** An event that falls due now: its consumer fails as the others do. */
export async function dueEvents({ invoke, system }: RecordedSystem): Promise<void> {
  const now = new Date().toISOString();
  const [created] = orderStream(randomUUID(), person.email, now, 1);
  if (!created) throw new Error('a stream begins with an event');
  const TableName = system.stack.tables.EventsTable?.name;
  const Item = toItem(created, undefined, dueKeysOf(created, now));
  await system.dynamo.send(new PutCommand({ TableName, Item }));
  // The very first tick reads the partitions of a whole day, which takes an emulator longer than a tick may.
  const minuteAgo = Date.now() - MINUTE_MS;
  const runtime = { ...system.runtimeOf('deadline-tick'), dynamo: system.dynamo };
  await saveTickState(runtime, { version: 0, completed: { startedAt: minuteAgo, sentTo: minuteAgo } });
  expect(await invoke('deadline-tick', {})).toMatchObject({ sent: 1, overdueSeconds: 0 });
}

/** What no consumer can read, full of the person. */
export async function poison({ system }: RecordedSystem): Promise<void> {
  const attribute = (StringValue: string) => ({ DataType: 'String', StringValue });
  const { name, email, line1 } = person;
  const [created] = orderStream(randomUUID(), email, new Date().toISOString(), 1);
  const bodies = [
    name,
    `{"name":"${name}","email":"${email}" "${line1}"`,
    JSON.stringify({ eventType: name, streamId: `${name} ${line1}`, metadata: { correlationId: name } }),
    JSON.stringify({ ...created, eventType: `${name} at ${line1}` }),
    JSON.stringify({ ...created, data: { ...order, customerId: email, total: name, [name]: line1 } }),
    JSON.stringify({
      ...created,
      metadata: { ...created?.metadata, correlationId: email },
      schemaVersion: 99,
    }),
  ];
  for (const Message of bodies) {
    await system.sns.send(
      new PublishCommand({
        TopicArn: system.stack.topics.EventsTopic?.arn,
        Message,
        MessageAttributes: { eventType: attribute('OrderCreated'), aggregateType: attribute('order') },
      }),
    );
  }
}

/** What the outage has left in the dead letters, looked at and sent back. */
export async function deadLettersAndBack({ invoke, deadLetters, system }: RecordedSystem): Promise<void> {
  const consumers = [...deadLetters.keys()];
  // Each by itself: a page of all of them has not room for all the letters of one, and hides those that it has read.
  const listed = (await Promise.all(consumers.map((consumer) => invoke('dead-letters', { consumer })))) as {
    deadLetters: { consumer: string; messageId: string; fingerprint: string }[];
  }[];
  const letters = listed.flatMap(({ deadLetters: some }) => some);
  const [one] = letters;
  if (!one) throw new Error('there are dead letters');
  const { consumer: owner, messageId, fingerprint } = one;
  expect(await invoke('dead-letters', { consumer: owner, message: messageId })).toMatchObject({
    message: { messageId },
  });
  expect(await invoke('redrive', { discard: true, consumer: owner, fingerprint })).toMatchObject({
    dryRun: true,
  });
  const dead = new Set(letters.map(({ consumer }) => consumer));
  expect([...dead].sort()).toEqual(consumers.toSorted());
  for (const dryRun of [true, false]) {
    await Promise.all(consumers.map((consumer) => invoke('redrive', { consumer, dryRun })));
  }
  await Promise.all(consumers.map((consumer) => invoke('dead-letters', { consumer, sizes: true })));
  await system.mappings.waitUntilIdle();
}

/** To the topic, to each consumer's queue, and what the publisher gave up on. */
export async function republishing({ invoke, system }: RecordedSystem, orderId: string): Promise<void> {
  await invoke('republish', { stream: `order-${orderId}` });
  await invoke('republish', { stream: `customer-${person.email}` });
  const from = new Date(Date.now() - 600_000).toISOString();
  const settings = system.runtimeOf('republish').setting('CONSUMER_SUBSCRIPTIONS');
  for (const [consumer, { filter }] of Object.entries(settings)) {
    if (filter)
      expect(await invoke('republish', { consumer, from, rate: 1_000 })).toHaveProperty(
        'sent',
        expect.any(Number),
      );
  }
  const batch: GivenUpBatch = {
    records: [{ dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: Date.now() / 1_000 } }],
    condition: 'RetryAttemptsExhausted',
    invocations: 1,
    shardId: 'shard-1',
    streamArn: 'arn:stream',
    functionArn: 'arn:function',
    functionError: 'Unhandled',
  };
  const url = system.stack.queues.PublisherFailures?.url ?? '';
  const MessageBody = JSON.stringify(failureMetadata(batch));
  await system.sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
  const request = { publisherFailures: true };
  let answer = (await invoke('republish', request)) as Republished;
  // On a slow machine it does not come to the end at once.
  while (answer.continuationToken) {
    const { continuationToken } = answer;
    answer = (await invoke('republish', { ...request, continuationToken })) as Republished;
  }
  expect(answer).toMatchObject({ publisherFailures: { acknowledged: 1 } });
}
