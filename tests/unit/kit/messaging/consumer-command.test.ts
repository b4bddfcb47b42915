import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import { createRuntime } from '#kit/config/runtime.ts';
import { consumerMetadata } from '#kit/messaging/consumer-command.ts';
import { orderStream } from '#tests/support/streams.ts';

const [cause, other] = orderStream('o-1', 'ada', '2026-05-01T12:00:00.000Z', 2);
if (!cause || !other) throw new Error('no events');

const of = (
  given: { consumer?: string; event?: typeof cause; stream?: string; command?: { type: string } } = {},
) => {
  const {
    consumer = 'inventory',
    event = cause,
    stream = 'inventory-MUG',
    command = { type: 'reserve' },
  } = given;
  return consumerMetadata(
    createRuntime(application, { settings: { CONSUMER: consumer } }),
    event,
    stream,
    command,
  );
};

describe('A command of a consumer', () => {
  test('says who sent it and because of what', () => {
    expect(of()).toEqual({
      userId: 'consumer:inventory',
      correlationId: 'correlation-1',
      causationId: cause.eventId,
      commandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('has the same identity whenever its event arrives', () => {
    const again = structuredClone(cause);
    expect(of({ event: again, command: { type: 'reserve' } })).toEqual(of());
    const [a, b] = [
      { type: 'reserve', sku: 'MUG', quantity: 1 },
      { quantity: 1, sku: 'MUG', type: 'reserve' },
    ];
    expect(of({ command: a })).toEqual(of({ command: b }));
  });

  test('has another identity than any other command of that event', () => {
    const ids = [
      of(),
      of({ consumer: 'order-payments' }),
      of({ event: other }),
      of({ stream: 'inventory-CUP' }),
      of({ command: { type: 'release' } }),
      of({ command: { type: 'reserve', quantity: 2 } as never }),
    ].map(({ commandId }) => commandId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
