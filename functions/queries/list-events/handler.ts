import * as z from 'zod';
import { isoDateTime } from '#api/fields.ts';
import { application } from '#application';
import { registry } from '#domain/index.ts';
import { dynamoClient } from '#kit/aws/clients.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { readByType } from '#kit/event-store/by-type.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { cursorIn, nextCursor, pageFields } from '#kit/http/page.ts';
import { invalidInput } from '#kit/http/problem.ts';

/** Days looked at for one page: each costs four queries. */
const DAYS_PER_PAGE = 31;

/** Before this there was no event. */
const FIRST_DAY = Date.UTC(2026, 0, 1);

/**
 * A page ends so long before now, in ms: an event gets its id before it is written, and the index is a little behind. So
 * nothing turns up later in front of a cursor.
 */
const SETTLED_MS = 5_000;

const query = z.strictObject({
  type: z.enum(registry.eventTypes),
  from: isoDateTime.optional(),
  to: isoDateTime.optional(),
  ...pageFields(z.uuid()),
});

/**
 * GET /events?type=&from=&to=&limit=&cursor=: every event of a type in the order of time, as it is stored (money in
 * minor units), `from` inclusive, `to` exclusive; the last 24 hours if nothing is said. A page that holds events has a
 * cursor, also the last one: going on from it later brings what has happened since. An empty page without a cursor is
 * the end. AWS calls: 4 queries for each day looked at, 31 days at most, and one batch get.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'audit:read',
    query,
    async handle({ query: { type, limit, cursor, ...given } }) {
      const { from, to } = rangeOf(runtime, given);
      // As it was asked for: without `to` the list grows, and a cursor stays good.
      const list = JSON.stringify(['events', type, given.from, given.to]);
      const after = cursorIn(list, cursor);
      const range = { eventType: type, from, to, limit, after, maxDays: DAYS_PER_PAGE };
      const { events, next } = await readByType<StoredEvent>(runtime, range);
      return { status: 200, body: { events, ...nextCursor(list, next ?? events.at(-1)?.eventId) } };
    },
  });

export const handler = createHandler(createRuntime(application, { dynamo: dynamoClient() }));

function rangeOf(
  runtime: Runtime,
  given: { from?: string | undefined; to?: string | undefined },
): { from: number; to: number } {
  const now = runtime.now();
  const to = given.to === undefined ? now : Date.parse(given.to);
  const from = given.from === undefined ? to - DAY_MS : Date.parse(given.from);
  // Without `to` the list grows: what begins later than now is empty as yet.
  if (given.to !== undefined && from > to) {
    throw invalidInput([{ path: 'from', message: 'must not be after to' }]);
  }
  return { from: Math.max(from, FIRST_DAY), to: Math.min(to, now - SETTLED_MS) };
}
