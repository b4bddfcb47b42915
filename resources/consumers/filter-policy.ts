import { z } from 'zod';

const comparison = z.enum(['=', '<', '<=', '>', '>=']);

/** SNS requires numbers, and a parameter from the environment is text: '500' → 500. */
const number = z.union([
  z.number(),
  z
    .string()
    .refine((text) => text.trim() !== '' && Number.isFinite(Number(text)))
    .transform(Number),
]);

/** SNS compares numbers within ±10⁹. */
const limit = number.refine((value) => Math.abs(value) <= 1e9);

const range = z.union([z.tuple([comparison, limit]), z.tuple([comparison, limit, comparison, limit])], {
  error: 'must be a comparison and a number, or two of both, as in [">=", 10, "<", 20]',
});

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const condition = z.union(
  [
    scalar,
    z.strictObject({ numeric: range }),
    z.strictObject({ 'anything-but': z.unknown() }),
    z.strictObject({ prefix: z.string() }),
    z.strictObject({ suffix: z.string() }),
    z.strictObject({ wildcard: z.string() }),
    z.strictObject({ 'equals-ignore-case': z.string() }),
    z.strictObject({ cidr: z.string() }),
    z.strictObject({ exists: z.boolean() }),
  ],
  {
    error:
      'must be a value, or one of numeric (as in [">=", 10, "<", 20]), anything-but, prefix, suffix, wildcard, equals-ignore-case, cidr and exists',
  },
);

/**
 * A filter policy of SNS on message attributes: attribute → values and conditions, one of which must hold. All attributes must
 * match. SNS allows five.
 */
export const filterPolicy = z
  .record(z.string(), z.array(condition).min(1))
  .refine(
    (filter) => [1, 2, 3, 4, 5].includes(Object.keys(filter).length),
    'must name one to five attributes',
  );
