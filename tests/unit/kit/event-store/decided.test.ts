import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { append } from '#kit/event-store/append.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { timeOf } from '#kit/events/ids.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { type CounterCommand, counterAggregate } from '#tests/support/counter/counter.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { noMetrics } from '#tests/support/no-metrics.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

/** An empty events table. */
function emptyTable(now = Date.now) {
  const counted: string[] = [];
  const runtime = createRuntime(counterApplication, {
    dynamo: { send: async () => ({}) } as unknown as Runtime['dynamo'],
    now,
    logger: silentLogger(),
    metrics: { ...noMetrics, count: (name) => void counted.push(name) },
    settings: { EVENTS_TABLE: 'events' },
  });
  return { runtime, counted };
}

const send = (runtime: Runtime, command: CounterCommand, creates = false) =>
  handleCommand(runtime, counterAggregate, {
    aggregateId: 'c1',
    creates,
    command,
    metadata: { userId: 'ada', correlationId: 'c', causationId: 'c', commandId: 'c' },
  } as never);

test('The timestamp of an event is that of its id, also where the clock has been set back', async () => {
  const times = [5_000, 4_000, 4_000, 4_000];
  const { runtime } = emptyTable(() => times.shift() ?? 4_000);
  runtime.newId();
  const { events } = await send(runtime, { type: 'start', keeperId: 'ada', limit: 10 }, true);
  expect(events.map(({ metadata }) => metadata.timestamp)).toEqual(['1970-01-01T00:00:05.000Z']);
  expect(events.map(({ eventId }) => timeOf(eventId))).toEqual([5_000]);
});

test('A command that a rule refuses is counted as rejected, and as nothing else', async () => {
  const { runtime, counted } = emptyTable();
  await expect(send(runtime, { type: 'increase', by: 1 })).rejects.toMatchObject({
    rule: 'counter_not_found',
  });
  expect(counted).toEqual(['CommandsRejected']);
});

describe('An event', () => {
  const [event] = counterStream('c1', '2026-05-01T12:00:00.000Z', 1);
  const ofBytes = (bytes: number) => {
    const empty = Buffer.byteLength(JSON.stringify({ ...event, data: { text: '' } }));
    return { ...event, data: { ...event?.data, name: '', text: 'x'.repeat(bytes - empty) } } as never;
  };

  // The topic takes 256 KiB with the attributes; an item of the table 400 KB.
  test.each([250, 300, 470])('of %d KiB is refused: the topic would not take it', async (kib) => {
    await expect(append(emptyTable().runtime, [ofBytes(kib * 1024)])).rejects.toMatchObject({
      name: 'AppendTooLarge',
    });
  });

  test('of 200 KiB is appended', async () => {
    await expect(append(emptyTable().runtime, [ofBytes(200 * 1024)])).resolves.toBeUndefined();
  });
});
