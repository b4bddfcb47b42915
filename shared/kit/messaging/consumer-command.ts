import type { Runtime } from '#kit/config/runtime.ts';
import { digest, idOfParts } from '#kit/event-store/command-id.ts';
import type { EventMetadata, StoredEvent } from '#kit/events/event.ts';
import { consumerIdentity } from '#kit/events/identities.ts';

/**
 * Who sent the command and why. Its id is a function of consumer, event, stream and command: two consumers that act on
 * one stream because of one event, or two commands of one consumer, never take each other's repeat for their own.
 */
export function consumerMetadata(
  { application }: Pick<Runtime, 'application'>,
  consumer: string,
  cause: StoredEvent,
  streamId: string,
  command: { type: string },
): Omit<EventMetadata, 'timestamp'> {
  const parts = ['consumer-command', consumer, cause.eventId, streamId, command.type, digest(command)];
  return {
    userId: consumerIdentity(consumer),
    correlationId: cause.metadata.correlationId,
    causationId: cause.eventId,
    commandId: idOfParts(application.idNamespace, parts),
  };
}
