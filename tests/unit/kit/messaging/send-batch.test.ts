import type { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import type { Runtime } from '#kit/config/runtime.ts';
import { sendBatch, sendWholeBatch } from '#kit/messaging/send-batch.ts';
import { sendStepMessages } from '#kit/steps/send-steps.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';

type Fault = 'left out' | 'not allowed' | 'refused' | undefined;

/** A queue that answers so at each attempt; what arrived, and how often it was asked. */
function queue(faultOf: (body: string, attempt: number) => Fault) {
  const arrived: string[] = [];
  const asked: string[][] = [];
  const send = async ({ input: { Entries = [] } }: SendMessageBatchCommand) => {
    asked.push(Entries.map(({ MessageBody = '' }) => MessageBody));
    const Failed = Entries.flatMap(({ Id, MessageBody = '' }) => {
      const fault = faultOf(MessageBody, asked.length);
      if (!fault) arrived.push(MessageBody);
      const Code = fault === 'refused' ? 'InvalidMessageContents' : 'Other';
      return fault ? [{ Id, Code, Message: 'no', SenderFault: fault !== 'left out' }] : [];
    });
    return { Failed };
  };
  const { runtime } = counterMemory({ sqs: { send } as unknown as Runtime['sqs'] });
  return { runtime, arrived, asked };
}

const batch = { queueUrl: 'http://sqs/1/tally', entryOf: (body: string) => ({ MessageBody: body }) };

describe('A batch', () => {
  test('goes again without what has arrived, as it is by then', async () => {
    const { runtime, arrived, asked } = queue((body, attempt) =>
      body.startsWith('b') && attempt < 3 ? 'left out' : undefined,
    );
    let asks = 0;
    const entryOf = (body: string) => ({ MessageBody: `${body}${++asks}` });
    expect(await sendBatch(runtime, { ...batch, entryOf }, ['a', 'b', 'c'])).toEqual([]);
    expect(arrived).toEqual(['a1', 'c3', 'b5']);
    expect(asked.map(({ length }) => length)).toEqual([3, 1, 1]);
  });

  test('names what is wrong by itself, and does not send that again', async () => {
    const { runtime, arrived, asked } = queue((body) => (body === 'b' ? 'refused' : undefined));
    expect(await sendBatch(runtime, batch, ['a', 'b'])).toEqual([
      { message: 'b', code: 'InvalidMessageContents', reason: 'no' },
    ]);
    expect([arrived, asked.length]).toEqual([['a'], 1]);
    await expect(sendWholeBatch(runtime, batch, ['b'])).rejects.toThrow(
      'the queue tally did not take 1 messages: no',
    );
  });

  test('goes again where the sender may not send at this moment', async () => {
    const { runtime, arrived } = queue((_, attempt) => (attempt < 3 ? 'not allowed' : undefined));
    expect(await sendBatch(runtime, batch, ['a'])).toEqual([]);
    expect(arrived).toEqual(['a']);
  });

  test('ends after five attempts', async () => {
    const { runtime, asked } = queue(() => 'left out');
    await expect(sendBatch(runtime, batch, ['a', 'b'])).rejects.toMatchObject({
      name: 'NotSent',
      message: 'the queue tally did not take 2 messages',
    });
    expect(asked).toHaveLength(5);
  });

  test('has ten messages at most', async () => {
    const { runtime, asked } = queue(() => undefined);
    await expect(sendBatch(runtime, batch, Array<string>(11).fill('a'))).rejects.toThrow('11 messages');
    expect(asked).toEqual([]);
  });
});

test('Steps that the queue left out go again: nobody waits a quarter of an hour for them', async () => {
  const { runtime, arrived, asked } = queue((body, attempt) =>
    body.includes('7') && attempt === 1 ? 'left out' : undefined,
  );
  const steps = Array.from({ length: 12 }, (_, number) => ({ number }));
  await sendStepMessages(runtime, { queueUrl: batch.queueUrl, type: 'step' }, steps);
  expect(arrived.map((body) => JSON.parse(body).number).sort((a, b) => a - b)).toEqual(
    steps.map(({ number }) => number),
  );
  expect(asked.map(({ length }) => length)).toEqual([10, 1, 2]);
});
