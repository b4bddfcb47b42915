import * as z from 'zod';
import type { EventRegistry } from '#kit/events/registry.ts';
import { checkInput, eventTypeIn, InvalidOperation, time } from '#kit/operations/input.ts';

/** ms since 1970: `from` inclusive, `to` exclusive. */
const window = z.strictObject({ from: z.int(), to: z.int() });

const continuationToken = z.strictObject({
  windows: z.array(window).exactOptional(),
  /** Index of the window and of the type within it that come next. */
  window: z.int().nonnegative().exactOptional(),
  type: z.int().nonnegative().exactOptional(),
  /** The `eventId`, or the version, that was the last to be published. */
  after: z.union([z.string(), z.int()]).exactOptional(),
  /** What earlier chunks left out since it was too old. */
  tooOld: z.int().positive().exactOptional(),
  /** When the first chunk began, ms since 1970. */
  startedAt: z.int(),
});

const inputOf = (registry: EventRegistry) =>
  z.strictObject({
    /** All events of this stream. */
    stream: z.string().min(1).optional(),
    /** Only events of this type; all types when absent. */
    type: eventTypeIn(registry).optional(),
    /** ISO 8601, inclusive and exclusive. */
    from: time.optional(),
    to: time.optional(),
    /** All batches that the publisher gave up on. */
    publisherFailures: z.literal(true).optional(),
    /** Events a second. */
    rate: z.int().positive().optional(),
    /** Also what is older than consumers remember. */
    old: z.boolean().default(false),
    /** Counts, and publishes nothing. */
    dryRun: z.boolean().default(false),
    /** As the chunk before answered it. */
    continuationToken: continuationToken.optional(),
  });

export type ContinuationToken = z.infer<typeof continuationToken>;
export type Window = z.infer<typeof window>;

export interface Request {
  what:
    | { kind: 'stream'; streamId: string }
    | { kind: 'range'; window: Window }
    | { kind: 'publisher-failures' };
  types: readonly string[];
  rate?: number | undefined;
  old: boolean;
  dryRun: boolean;
  continuationToken?: ContinuationToken | undefined;
}

/** Throws InvalidOperation unless exactly one of the three ways to say what is used. */
export function checkRequest(registry: EventRegistry, given: unknown): Request {
  const { stream, type, from, to, publisherFailures, ...rest } = checkInput(inputOf(registry), given);
  const types = type ? [type] : registry.eventTypes;
  const ways = [
    stream !== undefined,
    type !== undefined || from !== undefined || to !== undefined,
    publisherFailures === true,
  ];
  if (ways.filter(Boolean).length !== 1) {
    throw new InvalidOperation('say one of: stream; from and to, with or without a type; publisherFailures');
  }
  if (stream !== undefined) return { what: { kind: 'stream', streamId: stream }, types, ...rest };
  if (publisherFailures) return { what: { kind: 'publisher-failures' }, types, ...rest };
  if (from === undefined || to === undefined) throw new InvalidOperation('from and to are both needed');
  if (from >= to) throw new InvalidOperation('from must be before to');
  return { what: { kind: 'range', window: { from, to } }, types, ...rest };
}
