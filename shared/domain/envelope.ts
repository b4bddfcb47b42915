import * as z from 'zod';
import { type StoredEvent, streamIdOf } from './event.ts';

const name = z.string().min(1);

const metadata = z
  .object({
    userId: name,
    // Fixed width, so that timestamps compare as strings (`asOf`).
    timestamp: z.iso.datetime({ precision: 3 }),
    correlationId: name,
    causationId: name,
    commandId: name,
    commandHash: name.exactOptional(),
  })
  .meta({ id: 'EventMetadata' });

/**
 * The envelope of a stored, published or dead-lettered event; says nothing about its `data`.
 * Fields it does not know are dropped: the index attributes of the table, and whatever newer code adds.
 */
export const envelope = z
  .object({
    streamId: name,
    version: z.int().positive(),
    eventId: z.uuid(),
    aggregateType: z.enum(['customer', 'order', 'payment', 'inventory']),
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
