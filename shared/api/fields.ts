import * as z from 'zod';
import { COUNTRIES } from './countries.ts';

// What input may look like. Events ask for less (shared/domain/fields.ts): what happened has to stay readable.
// Where a schema's JSON Schema does not follow from it, `meta({ documented })` says it (resources/api-docs).

/** Never in a text: control characters, what SQS takes in no message (U+FFFE, U+FFFF), and overrides of direction. */
const FORBIDDEN = '\\u0000-\\u001F\\u007F-\\u009F\\u202A-\\u202E\\u2066-\\u2069\\uFFFE\\uFFFF';

/** Characters that nobody sees: a text of these alone is empty. Spaces are besides. */
const INVISIBLE =
  '\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u200B-\\u200F\\u2060-\\u206F\\u2800\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0\\uFFF0-\\uFFFB';

/** No forbidden character, and one that is seen. */
const VISIBLE_TEXT = `^[^${FORBIDDEN}]*[^\\s${FORBIDDEN}${INVISIBLE}][^${FORBIDDEN}]*$`;

const forbidden = new RegExp(`[${FORBIDDEN}]`);
// Tags and variation selectors beyond the first plane are invisible as well.
const visible = new RegExp(`[^\\s${FORBIDDEN}${INVISIBLE}\\u{E0000}-\\u{E0FFF}]`, 'u');

/**
 * Trimmed; at least one visible character, at most `max` as it was sent (code points, as JSON Schema counts); no control
 * characters, no overrides of direction and no half of a surrogate pair.
 */
export const text = (max: number) =>
  z
    .string()
    .refine((value) => !forbidden.test(value), 'must not hold control characters or overrides of direction')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
    .refine((value) => lengthOf(value) <= max, `must have at most ${max} characters`)
    .trim()
    .refine((value) => visible.test(value), 'must not be empty')
    .meta({ documented: { type: 'string', minLength: 1, maxLength: max, pattern: VISIBLE_TEXT } });

/** In code points; a text that is far too long is not taken apart. */
const lengthOf = (value: string): number => (value.length > 10_000 ? value.length : [...value].length);

export const name = text(200);

export const reason = text(500);

/** What a person writes about a decision. */
export const note = text(500);

export const email = z
  .string()
  .max(254, 'must have at most 254 characters')
  .trim()
  .pipe(z.email('must be an email address'))
  .meta({
    documented: { type: 'string', format: 'email', maxLength: 254, pattern: z.regexes.email.source },
  });

/** Also what a token's `sub` looks like: `auth0|5f7c…`, `alice@example.com`. */
export const customerId = z
  .string()
  .regex(/^[A-Za-z0-9._:@|-]{1,128}$/, 'must be 1 to 128 of A-Z a-z 0-9 . _ : @ | -');

const UUID = '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$';

/** In lower case, as ids are stored. */
export const uuid = z
  .string()
  .toLowerCase()
  .pipe(z.guid('must be a UUID'))
  .meta({ documented: { type: 'string', format: 'uuid', pattern: UUID } });

export const orderId = uuid;

export const paymentId = uuid;

export const sku = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit',
  );

/** ISO 3166-1 alpha-2. */
export const country = z
  .enum(COUNTRIES, 'must be an ISO 3166-1 alpha-2 code, e.g. US')
  .meta({ id: 'Country', description: 'ISO 3166-1 alpha-2' });

export const quantity = z.int().min(1).max(10_000);

/** Of one delivery to the warehouse. */
export const receivedQuantity = z.int().min(1).max(1_000_000);

/** By how many the books were wrong. */
export const adjustment = z
  .int()
  .min(-1_000_000)
  .max(1_000_000)
  .refine((by) => by !== 0, 'must not be 0')
  .meta({ not: { const: 0 } });

/** `yyyy-mm-dd`, a day that there is. */
export const isoDate = z.iso.date('must be a date, yyyy-mm-dd');

const DATE_TIME =
  '^(19[7-9]\\d|[2-9]\\d{3})-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d+)?(Z|[+-]([01]\\d|2[0-3]):[0-5]\\d)$';

/** ISO 8601 with a time zone, from 1970 to 9999; parsed to UTC with milliseconds, so that times compare as strings. */
export const isoDateTime = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 time with a time zone, e.g. 2026-01-31T12:00:00Z' })
  .refine(isInRange, 'must lie between 1970 and 9999')
  .transform((value) => new Date(value).toISOString())
  .meta({ documented: { type: 'string', format: 'date-time', pattern: DATE_TIME } });

/** 1 to 100 of `item`. The length is looked at first, so that a list of a million is one error. */
export const items = <Item>(item: z.ZodType<Item>) =>
  z
    .array(z.unknown())
    .min(1, 'must have at least 1 item')
    .max(100, 'must have at most 100 items')
    .pipe(z.array(item))
    .meta({ documented: z.array(item).min(1).max(100) });

function isInRange(value: string): boolean {
  const year = new Date(value).getUTCFullYear();
  // What is no time at all (NaN) has been complained about already.
  return !(year < 1970 || year > 9999);
}
