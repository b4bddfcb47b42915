import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { createCheckReads } from '#kit/operations/check-reads.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterAggregate } from '#tests/support/counter/counter.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

type Input = Record<string, unknown> & {
  TableName?: string;
  ExpressionAttributeValues?: { ':after'?: number };
};

const stored = counterStream('c1', '2026-05-01T12:00:00.000Z').map((event) => toItem(event));

/** A table with this stream and, where it is given, a snapshot of it. */
function reading(snapshot?: object) {
  const calls: Input[] = [];
  const send = async ({ input }: { input: Input }) => {
    calls.push(input);
    if (input.RequestItems) return { Responses: { events: stored } };
    if (input.TableName === 'views') return { Items: snapshot ? [snapshot] : [] };
    const after = input.ExpressionAttributeValues?.[':after'] ?? 0;
    return { Items: stored.filter(({ version }) => version > after) };
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    settings: { EVENTS_TABLE: 'events', READ_MODEL_TABLE: 'views' },
  });
  return { reads: createCheckReads(runtime), calls };
}

test('Each event and each stream is read once, however many checks ask, at half the units', async () => {
  const { reads, calls } = reading();
  const [first, second] = stored;
  if (!first || !second) throw new Error('two events');
  await Promise.all([reads.stored([first]), reads.stored([first])]);
  expect(await reads.stored([first])).toEqual([first]);
  expect(calls).toHaveLength(1);
  await Promise.all([reads.load(counterAggregate, 'c1'), reads.load(counterAggregate, 'c1')]);
  expect(calls).toHaveLength(2);
  expect(calls[1]).toMatchObject({ TableName: 'events', ConsistentRead: false });
});

test('A stream with snapshots is read from its snapshot on, so a check costs the same however long it is', async () => {
  const content = gzipSync(
    JSON.stringify({ state: { status: 'open', count: 7 }, commandIds: ['command-1'] }),
  );
  const { reads, calls } = reading({ version: 2, content });
  const aggregate = { ...counterAggregate, snapshot: { every: 2, commandsOf: [] } };
  const { base, events } = await reads.load(aggregate, 'c1');
  expect(base).toMatchObject({ state: { status: 'open', count: 7 }, commandIds: ['command-1'] });
  expect(events.map(({ version }) => version)).toEqual(stored.slice(2).map(({ version }) => version));
  expect(calls).toMatchObject([{ TableName: 'views' }, { TableName: 'events', ConsistentRead: false }]);
});
