import * as z from 'zod';
import { isoDateTime } from '#api/fields.ts';
import { application } from '#application';
import { registry } from '#domain/index.ts';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { DAY_MS } from '#kit/config/time.ts';
import { readByType } from '#kit/event-store/by-type.ts';
import { httpHandler } from '#kit/http/handler.ts';
import { nextCursor, pageFields, placeIn } from '#kit/http/page.ts';
import { invalidInput } from '#kit/http/problem.ts';

const MAX_DAYS = 31;

const query = z.strictObject({
  type: z.enum(registry.eventTypes),
  from: isoDateTime.optional(),
  to: isoDateTime.optional(),
  ...pageFields(z.uuid()),
});

/**
 * GET /events?type=&from=&to=&limit=&cursor=: every event of a type in the order of time, as it is stored (money in
 * minor units), `from` inclusive, `to` exclusive; the last 24 hours if nothing is said, 31 days at the most.
 * AWS calls: 4 queries for each day looked at, one batch get.
 */
export const createHandler = (runtime: Runtime) =>
  httpHandler(runtime, {
    scope: 'audit:read',
    query,
    async handle({ query: { type, limit, cursor, ...given } }) {
      const { from, to } = rangeOf(runtime, given);
      // As it was asked for: without `to` the list grows, and a cursor stays good.
      const list = JSON.stringify(['events', type, given.from, given.to]);
      const after = placeIn(list, cursor);
      const { events, next } = await readByType(runtime, { eventType: type, from, to, limit, after });
      return { status: 200, body: { events, ...nextCursor(list, next) } };
    },
  });

export const handler = createHandler(createRuntime(application));

function rangeOf(
  runtime: Runtime,
  given: { from?: string | undefined; to?: string | undefined },
): { from: number; to: number } {
  const to = given.to === undefined ? runtime.now() : Date.parse(given.to);
  const from = given.from === undefined ? to - DAY_MS : Date.parse(given.from);
  if (from > to) throw invalidInput([{ path: 'from', message: 'must not be after to' }]);
  if (to - from > MAX_DAYS * DAY_MS) {
    throw invalidInput([{ path: 'from', message: `must be at most ${MAX_DAYS} days before to` }]);
  }
  return { from, to };
}
