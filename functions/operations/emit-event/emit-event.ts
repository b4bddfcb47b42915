import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { append } from '#kit/event-store/append.ts';
import { ConcurrencyConflict, VersionMismatch } from '#kit/event-store/errors.ts';
import { load } from '#kit/event-store/load.ts';
import { type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import { timeOf } from '#kit/events/ids.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { checkEmission, type Emission } from './emission.ts';

export interface Emitted {
  streamId: string;
  version: number;
  eventId: string;
}

const MAX_ATTEMPTS = 8;

/**
 * Appends any event as the next of its stream, so that it takes the whole path: stream, topic, consumers.
 * Input: `{eventType, aggregateId, data, schemaVersion?, expectedVersion?, userId?, correlationId?}`.
 *
 * Checked are the schema and that the event can follow what its stream holds (an OrderPaid with no order would make
 * the stream unreadable for good); the rules of the commands are not: this is for trying consumers and for
 * repairs by hand.
 *
 * Throws InvalidEmission; InvalidEventSequence; VersionMismatch where the stream is not at `expectedVersion`; ConcurrencyConflict after
 * the last lost race; AppendTooLarge. Nothing was appended then.
 */
export async function emitEvent(runtime: Runtime, input: unknown, requestId: string): Promise<Emitted> {
  const emission = checkEmission(input);
  const { registry } = runtime.application;
  const aggregateType = registry.aggregateTypeOf(emission.event.eventType);
  const streamId = streamIdOf(aggregateType, emission.aggregateId);
  for (let attempt = 1; ; attempt++) {
    const history = await load(runtime, streamId);
    const version = history.at(-1)?.version ?? 0;
    if (emission.expectedVersion !== undefined && emission.expectedVersion !== version) {
      throw new VersionMismatch(runtime.redact(streamId), [emission.expectedVersion], version);
    }
    const event = storedEvent(runtime, emission, version + 1, requestId);
    registry.fold(aggregateType, [...history, event]);
    try {
      await append(runtime, [event]);
      runtime.logger.info('appended', { hop: 'command', ...logContextOf(event) });
      return { streamId, version: event.version, eventId: event.eventId };
    } catch (error) {
      const lostRace = error instanceof ConcurrencyConflict;
      if (!lostRace || attempt >= MAX_ATTEMPTS) throw error;
      await fullJitter(runtime, attempt);
    }
  }
}

function storedEvent(
  runtime: Runtime,
  { event, aggregateId, userId, correlationId }: Emission,
  version: number,
  requestId: string,
): StoredEvent {
  const eventId = runtime.newId();
  const { registry } = runtime.application;
  const aggregateType = registry.aggregateTypeOf(event.eventType);
  return {
    ...event,
    streamId: streamIdOf(aggregateType, aggregateId),
    version,
    eventId,
    aggregateType,
    aggregateId,
    schemaVersion: registry.currentSchemaVersion(event.eventType),
    metadata: {
      userId,
      timestamp: new Date(timeOf(eventId)).toISOString(),
      correlationId: correlationId ?? requestId,
      causationId: requestId,
      commandId: eventId,
    },
  };
}
