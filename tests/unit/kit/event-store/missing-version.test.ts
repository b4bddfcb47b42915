import { describe, expect, test } from '@jest/globals';
import { load } from '#kit/event-store/load.ts';
import { loadStream } from '#kit/event-store/snapshots.ts';
import { EventMissing } from '#kit/events/unreadable-event.ts';
import { counterAggregate } from '#tests/support/counter/counter.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const life = counterStream('c1', '2026-05-01T12:00:00.000Z');

function withoutVersion(missing: number) {
  const memory = counterMemory();
  memory.store(life.filter(({ version }) => version !== missing));
  return memory.runtime;
}

describe('A stream that lacks a version', () => {
  test.each([1, 2, 3])('(%i) is not read: no state can be told from the rest', async (missing) => {
    const runtime = withoutVersion(missing);
    await expect(load(runtime, 'counter-c1')).rejects.toThrow(EventMissing);
    await expect(loadStream(runtime, counterAggregate, 'c1')).rejects.toThrow(
      `version ${missing} of counter-c1 is missing`,
    );
  });

  test('is read behind the hole, and before it', async () => {
    const runtime = withoutVersion(2);
    expect((await load(runtime, 'counter-c1', { after: 2 })).map(({ version }) => version)).toEqual([3, 4]);
    expect((await load(runtime, 'counter-c1', { limit: 1 })).map(({ version }) => version)).toEqual([1]);
    await expect(load(runtime, 'counter-c1', { after: 1 })).rejects.toThrow(EventMissing);
  });
});
