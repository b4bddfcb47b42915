import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, expect, test } from '@jest/globals';
import { must, patient } from '#tests/deploy/rehearsal/customer.ts';
import type { Answer, Call } from '#tests/deploy/rehearsal/emulator.ts';
import { envelope } from '#tests/deploy/rehearsal/envelope.ts';
import { switchMapping } from '#tests/deploy/rehearsal/mappings.ts';
import { type Person, signIn } from '#tests/deploy/rehearsal/people.ts';
import type { Stack } from '#tests/deploy/rehearsal/stack.ts';
import { eventually } from '#tests/support/eventually.ts';

const RENAMED = { name: 'Grace Hopper' };

export function failures(stack: () => Stack): void {
  const poisonId = `poison-${randomUUID()}`;
  let grace: Person;

  afterAll(async () => {
    // Put there by hand, taken away by hand: a rebuild reads every stream, and stops at what it cannot read.
    const Key = marshall({ streamId: `order-${poisonId}`, version: 1 });
    const TableName = stack().outputs.EventsTableName;
    await stack().emulator.call('dynamodb', 'delete_item', { TableName, Key });
  });

  test('a poison message is in the dead letters of each of its consumers, with the reason', async () => {
    // Straight into the events table, past everything that would refuse it.
    const event = { aggregateId: poisonId, version: 1, eventType: 'OrderCreated', data: {} };
    const Item = marshall(envelope({ aggregateType: 'order', ...event }));
    const TableName = stack().outputs.EventsTableName;
    await stack().emulator.call('dynamodb', 'put_item', { TableName, Item });
    await eventually(async () => {
      const letters = await deadLettersOf(`order-${poisonId}`);
      expect(letters.map(({ consumer }) => consumer).sort()).toEqual([
        'inventory',
        'notifications',
        'order-view',
        'sales',
      ]);
      const reason = { errorName: 'InvalidEventData', receiveCount: 1, eventType: 'OrderCreated' };
      expect(letters).toMatchObject(letters.map(() => reason));
    }, patient);
  }, 120_000);

  test('a message that fails five times is in the dead letters of the consumer that failed', async () => {
    grace = await signIn(stack().emulator, stack().outputs, { email: 'grace@example.com' });
    // The read model cannot follow an event that its table has not.
    const event = { aggregateId: grace.sub, version: 2, eventType: 'CustomerRenamed', data: RENAMED };
    const MessageBody = JSON.stringify(envelope({ aggregateType: 'customer', ...event }));
    const QueueUrl = await urlOf('order-view');
    await stack().emulator.call('sqs', 'send_message', { QueueUrl, MessageBody });
    await eventually(async () => {
      expect(await deadLettersOf(`customer-${grace.sub}`)).toMatchObject([
        {
          consumer: 'order-view',
          errorName: 'EventNotInStore',
          receiveCount: 5,
          eventType: 'CustomerRenamed',
        },
      ]);
    }, patient);
  }, 120_000);

  test('once its cause is gone, a redrive settles it', async () => {
    const { service, request } = stack();
    const body = { name: 'Grace', email: 'grace@example.com' };
    await must(request('POST', '/customers', { body, as: grace }));
    await must(request('PATCH', `/customers/${grace.sub}`, { body: RENAMED, as: grace }));
    const [letter] = await deadLettersOf(`customer-${grace.sub}`);
    const redrive = ['redrive', '--consumer', 'order-view', '--fingerprint', letter.fingerprint];
    const { code, stdout } = await service.ops(...redrive);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).redriven).toMatchObject([{ eventType: 'CustomerRenamed', version: 2 }]);
    await eventually(async () => expect(await lengthOf('order-view')).toBe(0), patient);
    expect(await deadLettersOf(`customer-${grace.sub}`)).toEqual([]);
  }, 120_000);

  test('what a crashing function leaves, its queue moves to the dead letters after five receives', async () => {
    const { emulator } = stack();
    const QueueUrl = await urlOf('customs');
    await switchMapping(stack(), 'customs', false);
    await emulator.call('sqs', 'send_message', { QueueUrl, MessageBody: 'crash' });
    const receive: Call = ['sqs', 'receive_message', { QueueUrl, VisibilityTimeout: 0 }];
    const received = await emulator.calls(Array.from({ length: 6 }, () => receive));
    expect(received.map(({ Messages = [] }) => Messages.length)).toEqual([1, 1, 1, 1, 1, 0]);
    expect(await lengthOf('customs-dead-letters')).toBe(1);
    await switchMapping(stack(), 'customs', true);
  }, 60_000);

  async function deadLettersOf(streamId: string): Promise<Answer[]> {
    const { code, stdout, stderr } = await stack().service.ops('dead-letters');
    if (code !== 0) throw new Error(stdout + stderr);
    return JSON.parse(stdout).deadLetters.filter((letter: Answer) => letter.streamId === streamId);
  }

  async function urlOf(queue: string): Promise<string> {
    const QueueName = `${stack().name}-${queue}`;
    return (await stack().emulator.call('sqs', 'get_queue_url', { QueueName })).QueueUrl;
  }

  /** Messages that wait in the queue or are in somebody's hands. */
  async function lengthOf(queue: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
    const asked = { QueueUrl: await urlOf(queue), AttributeNames };
    const { Attributes } = await stack().emulator.call('sqs', 'get_queue_attributes', asked);
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name]), 0);
  }
}
