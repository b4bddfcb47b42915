import * as z from 'zod';
import { cursor, encodeCursor } from './cursor.ts';
import { invalidInput } from './problem.ts';
import { wholeNumber } from './whole-number.ts';

export const DEFAULT_LIMIT = 20;

/** The place in a list, and which list: a cursor of another one is refused, not misread. */
interface Place<At> {
  list: string;
  at: At;
}

/** The query fields of a list that is read in pages; `at` is what the list's reader goes on from. */
export const pageFields = <At>(at: z.ZodType<At>) => ({
  limit: wholeNumber(1, 100).default(DEFAULT_LIMIT),
  cursor: cursor<Place<At>>(z.strictObject({ list: z.string(), at }) as z.ZodType<Place<At>>).optional(),
});

/** Where a request's cursor points to in `list`; undefined without one. Throws 422 for the cursor of another list. */
export function placeIn<At>(list: string, place: Place<At> | undefined): At | undefined {
  if (place && place.list !== list) {
    throw invalidInput([{ path: 'cursor', message: 'is not a cursor that this list has given' }]);
  }
  return place?.at;
}

/** The `cursor` of an answer; none at the end of the list. */
export const nextCursor = (list: string, at: unknown): { cursor?: string } =>
  at === undefined ? {} : { cursor: encodeCursor({ list, at }) };

/** `<ISO time>#<id>` or the month alone: how the read model's lists sort. */
export const timePlace = z.string().regex(/^\d{4}-\d{2}(-.{1,300})?$/);
