import type { Runtime } from '#kit/config/runtime.ts';
import { digest, idOfParts } from '#kit/event-store/command-id.ts';
import { type CommandResult, handleCommand } from '#kit/event-store/handle-command.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { type EventMetadata, type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { consumerIdentity } from '#kit/events/identities.ts';

/**
 * Sends a command because of an event; see `handleCommand`. The event may arrive as often as it likes: a stream that
 * holds the command's events answers with those.
 */
export const issueCommand = <State, Command extends { type: string }, Event extends NewEvent>(
  runtime: Runtime,
  aggregate: Aggregate<State, Command, Event>,
  cause: StoredEvent,
  { aggregateId, command }: { aggregateId: string; command: Command },
): Promise<CommandResult<State>> =>
  handleCommand(runtime, aggregate, {
    aggregateId,
    command,
    metadata: consumerMetadata(runtime, cause, streamIdOf(aggregate.type, aggregateId), command),
  });

/**
 * Who sent the command and why. Its id is a function of consumer, event, stream and command: two consumers that act on
 * one stream because of one event, or two commands of one consumer, never take each other's repeat for their own.
 */
export function consumerMetadata(
  runtime: Runtime,
  cause: StoredEvent,
  streamId: string,
  command: { type: string },
): Omit<EventMetadata, 'timestamp'> {
  const consumer = runtime.setting('CONSUMER');
  const parts = ['consumer-command', consumer, cause.eventId, streamId, command.type, digest(command)];
  return {
    userId: consumerIdentity(consumer),
    correlationId: cause.metadata.correlationId,
    causationId: cause.eventId,
    commandId: idOfParts(runtime.application.idNamespace, parts),
  };
}
