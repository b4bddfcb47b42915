import * as z from 'zod';
import { describeProblems, problemsOf } from '#kit/events/field-errors.ts';
import type { EventRegistry } from '#kit/events/registry.ts';

/** What an operation was asked for cannot be done; the message names everything that is wrong. Nothing was changed. */
export class InvalidOperation extends Error {
  override readonly name = 'InvalidOperation';
}

/** ISO 8601, or a day in UTC; becomes ms since 1970. */
export const time = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be a time with its zone, as 2026-11-24T08:00:00Z, or a day, as 2026-11-24',
  })
  .transform((text) => Date.parse(text));

/** The name of an event type of this registry. */
export const eventTypeIn = ({ eventTypes }: EventRegistry) => z.enum<readonly string[]>([...eventTypes]);

/** Checks an operation's input, all of it at once. Throws InvalidOperation. */
export function checkInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(input ?? {});
  if (!parsed.success) throw new InvalidOperation(describeProblems(problemsOf(parsed.error)));
  return parsed.data;
}
