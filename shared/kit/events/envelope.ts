import * as z from 'zod';
import { type StoredEvent, streamIdOf } from './event.ts';

const name = z.string().min(1);

const metadata = z
  .object({
    userId: name.describe("Who sent the command: a token's `sub`, `consumer:<name>` or `operator`"),
    // Fixed width, so that timestamps compare as strings (`asOf`).
    timestamp: z.iso.datetime({ precision: 3 }),
    correlationId: name.describe('One id for everything that one request set off'),
    causationId: name.describe('The event or request that directly led to this event'),
    commandId: name.describe('A stream holds the events of one command once'),
    commandHash: name.exactOptional().describe("Digest of the command's payload"),
  })
  .meta({ id: 'EventMetadata' });

/**
 * The envelope of a stored, published or dead-lettered event; says nothing about its `data`.
 * Fields it does not know are dropped: the index attributes of the table, and whatever newer code adds.
 */
export const envelope = z
  .object({
    streamId: name.describe('`<aggregateType>-<aggregateId>`'),
    version: z.int().positive().describe('Its place in the stream: 1, 2, 3 … without a gap'),
    eventId: z.uuid().describe('A UUIDv7: sorts by time'),
    aggregateType: name.describe('The kind of aggregate; the first part of `streamId`'),
    aggregateId: name,
    eventType: name,
    schemaVersion: z.int().positive(),
    data: z.record(z.string(), z.unknown()),
    metadata,
  })
  .refine(({ streamId, aggregateType, aggregateId }) => streamId === streamIdOf(aggregateType, aggregateId), {
    path: ['streamId'],
    error: 'is not <aggregateType>-<aggregateId>',
  });

/** A well-formed envelope whose data nobody has looked at yet. */
export type Envelope = StoredEvent<string, Record<string, unknown>>;
