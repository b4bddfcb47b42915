import * as z from 'zod';
import { COUNTRIES } from '#api/countries.ts';
import { currency } from '#domain/fields.ts';
import { registry } from '#domain/index.ts';
import { InvalidAmount, toMinor } from '#domain/money.ts';
import type { Application } from '#kit/config/application.ts';
import { identity } from './identity.ts';
import type { Runtime } from './kit/config/runtime.ts';

const settings = z
  .object({
    /** ISO 4217: what prices are in. */
    CURRENCY: currency.refine((code) => Intl.supportedValuesOf('currency').includes(code), 'is no currency'),
    /** ISO 3166-1 alpha-2: orders from elsewhere go through customs. */
    HOME_COUNTRY: z.enum(COUNTRIES, 'must be an ISO 3166-1 alpha-2 code, e.g. US'),
    /** In major units; orders of this total or above are reviewed. */
    HIGH_VALUE_THRESHOLD: z.string().regex(/^\d{1,9}(\.\d+)?$/, 'must be an amount of money'),
    /** How long a prepaid order waits for its payment. */
    PAYMENT_MINUTES: z.coerce.number().positive(),
    /** How long a fraud review or a customs declaration waits for a decision before staff are told. */
    REVIEW_HOURS: z.coerce.number().positive(),
    /** How refunds are carried out. */
    REFUND_GATEWAY: z.enum(['confirm', 'report']),
    EMAIL_SENDER: z.enum(['read-model', 'ses']),
    EMAIL_FROM: z.email('must be an email address'),
    STAFF_EMAIL: z.email('must be an email address'),
  })
  .partial()
  .superRefine(({ HIGH_VALUE_THRESHOLD, CURRENCY }, context) => {
    if (HIGH_VALUE_THRESHOLD === undefined || CURRENCY === undefined) return;
    try {
      toMinor(HIGH_VALUE_THRESHOLD, CURRENCY);
    } catch (error) {
      if (!(error instanceof InvalidAmount)) throw error;
      context.addIssue({ code: 'custom', path: ['HIGH_VALUE_THRESHOLD'], message: error.message });
    }
  });

export type ShopSettings = z.infer<typeof settings>;

/** The runtime of this application: the kit's, and the shop's own settings. */
export type ShopRuntime = Runtime<ShopSettings>;

/** Names this application, and hands the kit all that it has to know of the shop. */
export const application = {
  ...identity,
  scopes: [
    'orders:manage',
    'catalogue:manage',
    'payments:write',
    'inventory:write',
    'reviews:decide',
    'customs:decide',
    'audit:read',
  ],
  idNamespace: '2f0cf8a4-54a3-4a0e-9f39-7a2d5d0f6c1b',
  registry,
  projections: ['order-view', 'catalogue-view', 'stock-view', 'reviews'],
  settings,
} as const satisfies Application<ShopSettings>;
