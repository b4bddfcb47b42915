import * as z from 'zod';
import { InvalidAmount, toMinor } from '#domain/money.ts';
import { MAX_ORDER_TOTAL } from '#domain/order/decisions.ts';

// The API shows decimals (19.99), events hold integer minor units (1999).

/**
 * An amount of 0 to `max` in major units, with no more decimals than the currency has; parsed to minor units.
 * `currency` is asked for when a request is checked, not before.
 */
export const amount = (currency: () => string, max: number) => inMinor(z.number().min(0).max(max), currency);

/** As `amount`, but more than 0. */
export const positiveAmount = (currency: () => string, max: number) =>
  inMinor(z.number().gt(0).max(max), currency);

/** Of one piece, at most what an order may cost, in whatever currency; parsed to minor units. */
export const unitPrice = (currency: () => string) => amount(currency, MAX_ORDER_TOTAL);

const inMinor = (major: z.ZodNumber, currency: () => string) =>
  major.transform((value, context) => {
    try {
      return toMinor(value, currency());
    } catch (error) {
      if (!(error instanceof InvalidAmount)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
