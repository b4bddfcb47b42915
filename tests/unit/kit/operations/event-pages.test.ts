import { describe, expect, test } from '@jest/globals';
import { pagesOfStream } from '#functions/operations/republish/event-pages.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { toItem } from '#kit/event-store/event-item.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream, placesOf } from '#tests/support/counter/streams.ts';

const life = counterStream('c1', '2026-05-01T12:00:00.000Z');

interface Input {
  ConsistentRead?: boolean;
  ScanIndexForward?: boolean;
  ExpressionAttributeValues: { ':after'?: number };
}

/** The stream in a table whose pages end after `most` events, whatever is asked for: DynamoDB ends one at a megabyte. */
function stingy(most: number) {
  const reads: Input[] = [];
  const send = async ({ input }: { input: Input }) => {
    reads.push(input);
    const { ':after': after = 0 } = input.ExpressionAttributeValues;
    const items = life.filter(({ version }) => version > after).map((event) => toItem(event));
    return { Items: (input.ScanIndexForward === false ? items.reverse() : items).slice(0, most) };
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    settings: { EVENTS_TABLE: 'events' },
  });
  return { runtime, reads };
}

describe('A stream that is republished', () => {
  test.each([1, 2, 3])('is read whole, though its pages end after %d events', async (most) => {
    const places: string[] = [];
    const cursors: unknown[] = [];
    const { runtime } = stingy(most);
    for await (const { events, next } of pagesOfStream(runtime, 'counter-c1', { startedAt: 0 }, 100)) {
      places.push(...placesOf(events));
      cursors.push(next?.after);
    }
    expect(places).toEqual(placesOf(life));
    expect(cursors.slice(0, 1)).toEqual([most]);
    expect(cursors.at(-1)).toBeUndefined();
  });

  test('is read strongly consistent: what was acknowledged is among it', async () => {
    const { runtime, reads } = stingy(4);
    for await (const { events } of pagesOfStream(runtime, 'counter-c1', { startedAt: 0 }, 100)) {
      expect(events).toHaveLength(life.length);
    }
    expect(reads.map(({ ConsistentRead }) => ConsistentRead)).toEqual([true, true]);
  });
});
