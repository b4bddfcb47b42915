import { expect, test } from '@jest/globals';
import { application } from '#application';
import { createRuntime } from '#kit/config/runtime.ts';
import { consumerCommand } from '#kit/messaging/consumer-command.ts';
import { orderStream } from '#tests/support/streams.ts';

test('A consumer’s command says who sent it, because of what, and has the identity of its cause', () => {
  const [cause] = orderStream('o-1', 'ada', '2026-05-01T12:00:00.000Z', 1);
  if (!cause) throw new Error('no event');
  const runtime = createRuntime(application, { settings: { CONSUMER: 'inventory' } });
  const metadata = {
    userId: 'consumer:inventory',
    correlationId: 'correlation-1',
    causationId: cause.eventId,
    commandId: cause.eventId,
  };
  expect(consumerCommand(runtime, cause)).toEqual(metadata);
  expect(consumerCommand(runtime, cause, 'another')).toEqual({ ...metadata, commandId: 'another' });
});
