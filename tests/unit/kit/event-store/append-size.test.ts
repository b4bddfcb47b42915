import { expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { append, MAX_APPEND_BYTES, MAX_EVENT_BYTES } from '#kit/event-store/append.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const [first] = counterStream('c1', '2026-05-01T12:00:00.000Z', 1);

/** So many events that are as large as one may be. */
const events = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const sized = { ...first, version: index + 1, note: '' } as never as object;
    const room = MAX_EVENT_BYTES - Buffer.byteLength(JSON.stringify(sized));
    return { ...sized, note: 'x'.repeat(room) } as never;
  });

async function appended(count: number): Promise<number> {
  let calls = 0;
  const dynamo = { send: async () => ++calls } as unknown as Runtime['dynamo'];
  await append(
    createRuntime(counterApplication, { dynamo, settings: { EVENTS_TABLE: 'events' } }),
    events(count),
  );
  return calls;
}

test('Events that are too large together for a transaction are refused before anything is sent', async () => {
  const most = Math.floor(MAX_APPEND_BYTES / MAX_EVENT_BYTES);
  expect(await appended(most)).toBe(1);
  await expect(appended(most + 1)).rejects.toMatchObject({
    name: 'AppendTooLarge',
    message: `${most + 1} events of ${(most + 1) * MAX_EVENT_BYTES} bytes in one command; ${MAX_APPEND_BYTES} are possible`,
  });
});
