import * as z from 'zod';
import { CONTRADICTIONS, OUTCOMES } from '#domain/payment/events.ts';
import type { PaymentStatus } from '#domain/payment/state.ts';
import { PAYMENT_WAITS } from '#domain/payment/view.ts';
import * as fields from './dto-fields.ts';
import { exampleOrderId } from './order-dto.ts';

const paymentStatus = z
  .enum([
    'parked',
    'declined',
    'captured',
    'refund_requested',
    'refund_failed',
    'partially_refunded',
    'refunded',
    'charged_back',
  ] satisfies PaymentStatus[])
  .meta({
    id: 'PaymentStatus',
    description:
      'Not `refunded` before the provider has reported that the money is back; `parked` where nothing is known but reports that were parked',
  });

/** What a command answers that changes a payment. */
export const paymentChanged = z.object({
  paymentId: fields.paymentId,
  orderId: fields.orderId,
  version: fields.version,
  status: paymentStatus,
});

const contradiction = z.enum(CONTRADICTIONS).meta({
  id: 'Contradiction',
  description:
    'Why a report is parked: it is of `other_order`, `other_currency` or `other_amount` than what was reported before, or of `unknown_refund`, or `ambiguous_refund`: without `reportId`, of an amount that several refunds have',
});

export const paymentRecorded = paymentChanged.extend({
  parked: contradiction.optional().meta({ description: 'The report was parked, for this reason' }),
});

const reason = z.string().optional().meta({ description: "The provider's words" });

const refund = z
  .object({
    refundId: z.string(),
    amount: fields.money,
    status: z.enum(['requested', 'refunded', 'failed']),
    reason: z.string().meta({ description: 'The words of whoever asked for it' }),
    requestedAt: fields.timestamp
      .optional()
      .meta({ description: 'Absent where the provider gave it back unasked' }),
    updatedAt: fields.timestamp,
    failure: z.string().optional().meta({ description: "Why it failed, in the provider's words" }),
  })
  .meta({ id: 'Refund' });

const waitsFor = z.enum(PAYMENT_WAITS).meta({
  id: 'PaymentWaitsFor',
  description:
    '`refund_failed`: what could not be refunded has to be asked for again; `refund_requested`: the provider has not reported what became of a refund; `parked`: a report contradicts another, or may be of several refunds',
});

export const payment = z
  .object({
    paymentId: fields.paymentId,
    orderId: fields.orderId,
    customerId: fields.customerId.optional().meta({ description: 'Absent where the order is not known' }),
    provider: z.string().optional(),
    reference: z.string().meta({ description: "The provider's own id of the payment" }),
    status: paymentStatus,
    currency: fields.currency,
    captured: fields.money,
    kept: z.number().meta({
      description:
        'captured = kept + refunded + beingRefunded + chargedBack; below 0 where a bank took back what was refunded',
    }),
    refunded: fields.money,
    beingRefunded: fields.money,
    chargedBack: fields.money,
    captures: z.array(z.object({ captureId: z.string(), amount: fields.money, at: fields.timestamp })),
    refunds: z.array(refund),
    chargebacks: z.array(
      z.object({ chargebackId: z.string(), amount: fields.money, reason, at: fields.timestamp }),
    ),
    declined: z
      .array(z.object({ attemptId: z.string(), amount: fields.money, reason, at: fields.timestamp }))
      .meta({ description: 'The newest attempts that were declined' }),
    parked: z
      .array(
        z.object({
          outcome: z.enum(OUTCOMES),
          reportId: z.string(),
          orderId: fields.orderId,
          amount: fields.money,
          currency: fields.currency,
          contradiction,
          at: fields.timestamp,
        }),
      )
      .optional()
      .meta({ description: 'The newest reports that contradict others and nobody has resolved; for staff' }),
    waitsFor: z.array(waitsFor).optional().meta({ description: 'For staff' }),
    waitingSince: fields.timestamp.optional().meta({ description: 'For staff' }),
    createdAt: fields.timestamp,
    updatedAt: fields.timestamp,
    version: fields.version,
  })
  .meta({ id: 'Payment', description: 'Its lists are in the order of time' });

export const examplePayment = {
  paymentId: '0c4e0a9e-37d2-5b0b-93d5-0d5a1d7a0b6f',
  orderId: exampleOrderId,
  customerId: 'ada',
  reference: 'ch_1',
  status: 'refund_failed',
  currency: 'USD',
  captured: 1399,
  kept: 1399,
  refunded: 0,
  beingRefunded: 0,
  chargedBack: 0,
  captures: [{ captureId: 'ch_1:139900', amount: 1399, at: '2026-11-23T09:00:01.000Z' }],
  refunds: [
    {
      refundId: 'excess:ch_1:139900',
      amount: 100,
      status: 'failed',
      reason: 'excess',
      requestedAt: '2026-11-23T09:00:02.000Z',
      updatedAt: '2026-11-23T09:00:03.000Z',
      failure: 'account_closed',
    },
  ],
  chargebacks: [],
  declined: [],
  createdAt: '2026-11-23T09:00:01.000Z',
  updatedAt: '2026-11-23T09:00:03.000Z',
  version: 3,
};
