import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { getStored } from '#kit/event-store/by-type.ts';
import { type EventItem, toItem } from '#kit/event-store/event-item.ts';
import { policyCheck } from '#kit/operations/policy-check.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const stored = counterStream('c1', '2026-05-01T12:00:00.000Z').map((event) => toItem(event));
const [first, second] = stored as [EventItem, EventItem];

type Request = { Keys: { version: number }[]; ConsistentRead: boolean };

/** A table of which an eventually consistent read shows these versions alone, and a consistent one those `present`. */
function stale({ shows, present = stored }: { shows: number[]; present?: EventItem[] }) {
  const asked: [number[], boolean][] = [];
  const send = async ({ input }: { input: { RequestItems: { events: Request } } }) => {
    const { Keys, ConsistentRead } = input.RequestItems.events;
    const versions = Keys.map(({ version }) => version);
    asked.push([versions, ConsistentRead]);
    const isSeen = ({ version }: EventItem) => ConsistentRead || shows.includes(version);
    return {
      Responses: { events: present.filter((item) => versions.includes(item.version) && isSeen(item)) },
    };
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    settings: { EVENTS_TABLE: 'events' },
  });
  return { runtime, asked };
}

describe('Events that an eventually consistent read does not show', () => {
  test('are read again, they alone, and come in the order of their keys', async () => {
    const { runtime, asked } = stale({ shows: [1] });
    expect(await getStored(runtime, [second, first])).toEqual([second, first]);
    expect(asked).toEqual([
      [[2, 1], false],
      [[2], true],
    ]);
  });

  test('are asked for once where it shows all', async () => {
    const { runtime, asked } = stale({ shows: [1, 2] });
    await getStored(runtime, [first, second]);
    expect(asked).toEqual([[[1, 2], false]]);
  });

  test('are undelivered to a policy where they are not in the table at all', async () => {
    const { runtime } = stale({ shows: [1], present: [first] });
    // Nothing is ever left to do for what it can read.
    const check = policyCheck(
      { consumer: 'idle', eventTypes: [first.eventType] },
      () =>
        ({
          consumer: 'idle',
          on: {},
        }) as never,
    );
    const undelivered = await check.findUndelivered(runtime, [first, second]);
    expect(undelivered.map(({ key }) => key.version)).toEqual([2]);
  });
});
