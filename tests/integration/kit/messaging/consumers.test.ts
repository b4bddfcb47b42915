import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Runtime, RuntimeParts } from '#kit/config/runtime.ts';
import { startCounters } from '#tests/support/counter/data.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { createTally, tallyKey } from '#tests/support/counter/tally.ts';
import { sqsEvent } from '#tests/support/sqs-event.ts';
import { type Tables, watched } from '#tests/support/tables.ts';

let data: Tables;
beforeAll(async () => {
  data = await startCounters();
});
afterAll(() => data.stop());

const sqs = { send: async () => ({}) } as unknown as Runtime['sqs'];
const settings = { CONSUMER: 'tally', QUEUE_URL: 'http://queue', RETRY_BASE_SECONDS: '0' };
const tally = (parts: RuntimeParts = {}) => createTally(data.runtime({ sqs, ...parts, settings }));

async function tallied(day: string): Promise<Record<string, unknown> | undefined> {
  const TableName = data.runtime().setting('READ_MODEL_TABLE');
  const { Item } = await data.dynamo.send(
    new GetCommand({ TableName, Key: tallyKey(day), ConsistentRead: true }),
  );
  return Item;
}

describe('A consumer that counts', () => {
  test('counts each event of its batch once, whatever comes twice', async () => {
    const batch = ['a', 'b'].flatMap((id) => counterStream(id, '2026-03-01T10:00:00.000Z'));
    const { dynamo, counts } = watched(data.dynamo);
    expect(await tally({ dynamo })(sqsEvent(batch))).toEqual({ batchItemFailures: [] });
    expect(counts).toEqual({ BatchExecuteStatementCommand: 1, TransactWriteCommand: 1 });
    expect(await tally()(sqsEvent([...batch.toReversed(), ...batch], 2))).toEqual({ batchItemFailures: [] });
    expect(await tallied('2026-03-01')).toMatchObject({ started: 2, increases: 4, total: 10 });
  });

  test('lets only those come back whose day could not be written, and counts them then', async () => {
    const [well, badly] = [
      counterStream('c', '2026-03-02T10:00:00.000Z', 2),
      counterStream('d', '2026-03-03T10:00:00.000Z', 2),
    ];
    const batch = [...badly, ...well];
    const send = (command: object) => {
      if (JSON.stringify(command).includes('TALLY#2026-03-03')) throw new Error('throttled');
      return data.dynamo.send(command as never);
    };
    expect(await tally({ dynamo: { send } as never })(sqsEvent(batch))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }],
    });
    expect(await tallied('2026-03-02')).toMatchObject({ started: 1, total: 2 });
    expect(await tallied('2026-03-03')).toBeUndefined();
    expect(await tally()(sqsEvent(batch, 2))).toEqual({ batchItemFailures: [] });
    expect(await tallied('2026-03-02')).toMatchObject({ started: 1, total: 2 });
    expect(await tallied('2026-03-03')).toMatchObject({ started: 1, total: 2 });
  });
});
