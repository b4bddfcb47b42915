import * as z from 'zod';

// Fields that events share. What happened has to stay readable, so these ask for the type and the sign;
// lengths and ranges of input are the business of whoever takes the input.

export const text = z.string().min(1);

/** A count of things, at least 1. */
export const quantity = z.int().positive();

/** Money in integer minor units of the currency next to it. */
export const minorUnits = z.int().nonnegative();

/** ISO 4217, e.g. `USD`. */
export const currency = z.string().regex(/^[A-Z]{3}$/, 'is not an ISO 4217 code');

/** ISO 3166-1 alpha-2, e.g. `US`. */
export const country = z.string().regex(/^[A-Z]{2}$/, 'is not an ISO 3166-1 alpha-2 code');

/** ISO 8601 in UTC, e.g. `2026-01-02T00:00:00.000Z`. */
export const isoTime = z.iso.datetime();
