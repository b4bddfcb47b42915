import * as z from 'zod';
import type { EventRegistry } from '#kit/events/registry.ts';
import { checkInput, eventTypeIn, InvalidOperation, time } from '#kit/operations/input.ts';

/** How long an event may be on its way before it counts as behind, in seconds. */
export const DEFAULT_LIMIT = 300;

/** What `recheck` takes at once. */
export const MAX_EVENTS = 1_000;

const inputOf = (registry: EventRegistry) => {
  const eventType = eventTypeIn(registry);

  const place = z.strictObject({ eventType, after: z.string().exactOptional() });

  const event = z.object({
    eventType,
    streamId: z.string().min(1),
    version: z.int().positive(),
    eventId: z.uuid(),
  });

  return z.strictObject({
    /** What the schedule sends. */
    scheduled: z.literal(true).optional(),
    /** With `scheduled`: so many events of one type are checked in the run itself, and more of them in lanes. */
    inline: z.int().nonnegative().exactOptional(),
    /** Only these: what an audit said is behind. */
    events: z.array(event).min(1).max(MAX_EVENTS).optional(),
    /** ISO 8601, inclusive; a day ago when absent. */
    from: time.optional(),
    /** Exclusive; when absent now, and what clocks that run ahead have dated in the future. */
    to: time.optional(),
    /** Seconds. */
    limit: z.int().nonnegative().default(DEFAULT_LIMIT),
    /** False = says what is behind, and sends nothing. */
    redeliver: z.boolean().default(true),
    /** As the chunk before answered it. */
    continuationToken: z.strictObject({ from: z.int(), to: z.int(), startedAt: z.int(), place }).optional(),
  });
};

type Input = z.infer<ReturnType<typeof inputOf>>;

export type ContinuationToken = NonNullable<Input['continuationToken']>;

/** Where an event is, and of which type it is. */
export type EventPlace = NonNullable<Input['events']>[number];

export interface WindowRequest {
  kind: 'window';
  /** ms since 1970. */
  from?: number | undefined;
  to?: number | undefined;
  limit: number;
  redeliver: boolean;
  continuationToken?: ContinuationToken | undefined;
}

export type Request =
  | { kind: 'scheduled'; inline: number | undefined }
  | { kind: 'again'; events: EventPlace[] }
  | WindowRequest;

/** Throws InvalidOperation. */
export function checkRequest(registry: EventRegistry, given: unknown): Request {
  const { scheduled, inline, events, ...window } = checkInput(inputOf(registry), given);
  const others = Object.keys((given ?? {}) as object).length - (scheduled && inline !== undefined ? 2 : 1);
  if ((scheduled || events) && others > 0) {
    throw new InvalidOperation(`${scheduled ? 'scheduled' : 'events'} goes with nothing else`);
  }
  if (scheduled) return { kind: 'scheduled', inline };
  if (inline !== undefined) throw new InvalidOperation('inline goes with scheduled');
  if (events) return { kind: 'again', events };
  const { from, to } = window;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new InvalidOperation('from must be before to');
  }
  return { kind: 'window', ...window };
}
