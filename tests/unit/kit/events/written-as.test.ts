import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { defineEvent } from '#kit/events/event-definition.ts';
import { createRegistry } from '#kit/events/registry.ts';
import { InvalidEventData } from '#kit/events/unreadable-event.ts';
import { counterAggregate } from '#tests/support/counter/counter.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const v1 = z.object({ limit: z.int() });
const v2 = v1.extend({ unit: z.string(), colour: z.string().exactOptional() });

const shape = {
  eventType: 'CounterStarted',
  aggregateType: 'counter',
  schemaVersion: 2,
  schema: v2,
  olderSchemas: { 1: v1 },
  upcasters: { 1: (data: Record<string, unknown>) => ({ ...data, unit: 'pieces' }) },
  attributes: { unit: ({ unit }: { unit: string }) => unit },
  samples: {},
} as const;

/** The release before the one that writes version 2, and that one. */
const readsAhead = registryOf({ writtenAs: { schemaVersion: 1, downcast: ({ limit }) => ({ limit }) } });
const writesIt = registryOf({});
/** The release before both. */
const knowsNothing = createRegistry(
  { CounterStarted: defineEvent({ ...shape, schemaVersion: 1, schema: v1, attributes: {} }) },
  [counterAggregate],
);

function registryOf(
  change: Partial<Parameters<typeof defineEvent<'CounterStarted', 'counter', z.infer<typeof v2>>>[0]>,
) {
  return createRegistry({ CounterStarted: defineEvent({ ...shape, ...change }) }, [counterAggregate]);
}

const decided = { eventType: 'CounterStarted' as const, data: { limit: 10, unit: 'people', colour: 'red' } };

/** As `handleCommand` makes it, and as `append` writes it. */
function appended(registry: typeof readsAhead) {
  const [envelope] = counterStream('c-1', '2026-05-01T12:00:00.000Z', 1);
  if (!envelope) throw new Error('no event');
  const event = { ...envelope, ...registry.checkNewEvent(decided), schemaVersion: 2 };
  return { event, stored: registry.asWritten(event) };
}

describe('A version that is read before it is written', () => {
  it('is stored as the older one, which the release before can read', () => {
    const { stored } = appended(readsAhead);
    expect(stored).toMatchObject({ schemaVersion: 1, data: { limit: 10 } });
    expect(knowsNothing.upcast(stored)).toEqual(stored);
  });

  it('goes on as it will be read: no decision rests on what is not stored', () => {
    const { event, stored } = appended(readsAhead);
    expect(event.data).toEqual({ limit: 10, unit: 'pieces' });
    expect(readsAhead.upcast(stored)).toEqual(event);
    expect(readsAhead.messageAttributes(event)).toMatchObject({ unit: 'pieces' });
  });

  it('is read where the next release has written it, and after a rollback from there', () => {
    const { event, stored } = appended(writesIt);
    expect(stored).toEqual(event);
    expect(readsAhead.upcast(stored)).toEqual({ ...event, data: decided.data });
  });

  it('refuses new data that the older schema does not take, and fields that it does not know', () => {
    for (const downcast of [() => ({ limit: 'ten' }), () => ({ limit: 10, shape: 'round' }), () => ({})]) {
      const registry = registryOf({ writtenAs: { schemaVersion: 1, downcast } });
      expect(() => registry.checkNewEvent(decided)).toThrow(InvalidEventData);
    }
  });

  it('changes nothing of an event that is in the older version already', () => {
    const { stored } = appended(readsAhead);
    expect(readsAhead.asWritten(stored)).toBe(stored);
  });

  it.each([0, 2, 3])('fails at load where version %d is written, which is no older one', (schemaVersion) => {
    expect(() => registryOf({ writtenAs: { schemaVersion, downcast: (data) => data } })).toThrow(
      `CounterStarted v${schemaVersion} cannot be written: it is no older version`,
    );
  });
});
