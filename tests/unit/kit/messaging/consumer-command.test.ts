import { describe, expect, test } from '@jest/globals';
import { consumerMetadata } from '#kit/messaging/consumer-command.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';

const [cause, other] = counterStream('c-1', '2026-05-01T12:00:00.000Z', 2);
if (!cause || !other) throw new Error('no events');

const of = (
  given: { consumer?: string; event?: typeof cause; stream?: string; command?: { type: string } } = {},
) => {
  const { consumer = 'tally', event = cause, stream = 'keeper-ada', command = { type: 'increase' } } = given;
  return consumerMetadata({ application: counterApplication }, consumer, event, stream, command);
};

describe('A command of a consumer', () => {
  test('says who sent it and because of what', () => {
    expect(of()).toEqual({
      userId: 'consumer:tally',
      correlationId: 'correlation-1',
      causationId: cause.eventId,
      commandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  test('has the same identity whenever its event arrives', () => {
    const again = structuredClone(cause);
    expect(of({ event: again, command: { type: 'increase' } })).toEqual(of());
    const [a, b] = [
      { type: 'increase', by: 1, marks: 2 },
      { marks: 2, by: 1, type: 'increase' },
    ];
    expect(of({ command: a })).toEqual(of({ command: b }));
  });

  test('has another identity than any other command of that event', () => {
    const ids = [
      of(),
      of({ consumer: 'mirror' }),
      of({ event: other }),
      of({ stream: 'keeper-bob' }),
      of({ command: { type: 'close' } }),
      of({ command: { type: 'increase', by: 2 } as never }),
    ].map(({ commandId }) => commandId);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
