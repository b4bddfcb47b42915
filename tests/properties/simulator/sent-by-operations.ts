import { described } from './faulty-calls.ts';
import { eventIdOf } from './ledger.ts';
import type { Route } from './routes.ts';
import type { SentByOperation } from './world.ts';

/** The events that go out with a call: to the topic, or to the queue of a consumer. */
export function sentWith(command: object, routes: readonly Route[], at: number): SentByOperation[] {
  const { name, input } = described(command);
  const sent = (bodies: readonly string[], consumer?: string) =>
    bodies.flatMap((body) => {
      const eventId = eventIdOf(body);
      return eventId ? [{ eventId, at, ...(consumer !== undefined && { consumer }) }] : [];
    });
  if (name === 'PublishBatchCommand') {
    return sent((input.PublishBatchRequestEntries as { Message: string }[]).map(({ Message }) => Message));
  }
  if (name !== 'SendMessageBatchCommand') return [];
  const route = routes.find(({ queue }) => queue.shape.url === input.QueueUrl);
  return sent(
    (input.Entries as { MessageBody: string }[]).map(({ MessageBody }) => MessageBody),
    route?.consumer,
  );
}
