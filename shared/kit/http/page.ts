import * as z from 'zod';
import { cursor, encodeCursor } from './cursor.ts';
import { invalidInput } from './problem.ts';
import { wholeNumber } from './whole-number.ts';

export const DEFAULT_LIMIT = 20;

/** The place in a list, and which list: a cursor of another one is refused, not misread. */
interface Cursor<At> {
  list: string;
  at: At;
}

/** The query fields of a list that is read in pages; `at` is what the list's reader goes on from. */
export const pageFields = <At>(at: z.ZodType<At>) => ({
  limit: wholeNumber(1, 100).default(DEFAULT_LIMIT),
  cursor: cursor<Cursor<At>>(z.strictObject({ list: z.string(), at }) as z.ZodType<Cursor<At>>).optional(),
});

/** Where a request's cursor points to in `list`; undefined without one. Throws 422 for the cursor of another list. */
export function cursorIn<At>(list: string, cursor: Cursor<At> | undefined): At | undefined {
  if (cursor && cursor.list !== list) {
    throw invalidInput([{ path: 'cursor', message: 'is not a cursor that this list has given' }]);
  }
  return cursor?.at;
}

/** The `cursor` of an answer; none at the end of the list. */
export const nextCursor = (list: string, at: unknown): { cursor?: string } =>
  at === undefined ? {} : { cursor: encodeCursor({ list, at }) };

/** `<ISO time>#<id>` or the month alone: how the read model's lists sort. */
export const timeCursor = z.string().regex(/^\d{4}-\d{2}(-.{1,300})?$/);
