import { fullJitter } from '#kit/aws/full-jitter.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { append } from '#kit/event-store/append.ts';
import { placed } from '#kit/event-store/decide-command.ts';
import { ConcurrencyConflict, VersionMismatch } from '#kit/event-store/errors.ts';
import { load } from '#kit/event-store/load.ts';
import { streamIdOf } from '#kit/events/event.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { checkEmission } from './emission.ts';

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
  const { registry } = runtime.application;
  const emission = checkEmission(input);
  const { event: emitted, aggregateId, userId, correlationId = requestId, expectedVersion } = emission;
  const aggregateType = registry.aggregateTypeOf(emitted.eventType);
  const streamId = streamIdOf(aggregateType, aggregateId);
  const metadata = { userId, correlationId, causationId: requestId, commandId: runtime.newId() };
  for (let attempt = 1; ; attempt++) {
    const history = await load(runtime, streamId);
    const version = history.at(-1)?.version ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== version) {
      throw new VersionMismatch(runtime.redact(streamId), [expectedVersion], version);
    }
    const event = placed(runtime, { type: aggregateType }, { aggregateId, metadata }, emitted, version + 1);
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
