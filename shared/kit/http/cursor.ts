import * as z from 'zod';
import { fromJson } from '#kit/config/from-json.ts';

const MAX_LENGTH = 2_048;

/** An opaque place in a list: JSON in base64url. Whatever schema reads it later checks it anew. */
export const encodeCursor = (place: unknown): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** A query field that holds a cursor; parsed to the place that was encoded. Anything else is invalid input. */
export const cursor = <Place>(place: z.ZodType<Place>) =>
  z
    .string()
    .max(MAX_LENGTH)
    .transform((text, context): Place => {
      const parsed = place.safeParse(fromJson(Buffer.from(text, 'base64url').toString()));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor that this list has given' });
      return z.NEVER;
    })
    .meta({ documented: { type: 'string', maxLength: MAX_LENGTH, pattern: '^[A-Za-z0-9_-]+$' } });
