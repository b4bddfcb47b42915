import * as z from 'zod';
import { currency, minorUnits, text } from '#domain/fields.ts';
import { defineEvent, type NewEventOf, type StoredEventOf } from '#kit/events/event-definition.ts';

const factsV1 = z.object({ orderId: text, customerId: text, amount: minorUnits, currency });

/** `customerId` is absent where the order is not known. */
const facts = factsV1.extend({ customerId: text.exactOptional() });

/** `reference` is the provider's own id of the payment; `provider` is absent where there is only one. */
const named = { reference: text, provider: text.exactOptional() };

const sample = { orderId: 'ord-1', customerId: 'ada', amount: 129_900, currency: 'USD' };

/** How a capture is told from another one of its payment where the provider gives it no id: by its amount. */
export const captureIdOf = (reference: string, amount: number): string => `${reference}:${amount}`;

/** How an attempt is told from another one of its payment where the provider gives it no id. */
export const attemptIdOf = (reference: string, amount: number, reason = ''): string =>
  `${reference}:${amount}:${reason}`;

const capturedV1 = factsV1.extend(named);

/** The provider holds this money. A payment may be captured in several parts. */
export const paymentCaptured = defineEvent({
  eventType: 'PaymentCaptured',
  aggregateType: 'payment',
  schemaVersion: 2,
  schema: facts.extend({ ...named, captureId: text }),
  olderSchemas: { 1: capturedV1 },
  upcasters: {
    1: (data) => ({ ...data, captureId: captureIdOf(data.reference as string, data.amount as number) }),
  },
  samples: {
    1: { ...sample, reference: 'ch_1' },
    2: { ...sample, reference: 'ch_1', captureId: 'ch_1:129900' },
  },
});

const declinedV1 = factsV1.extend({ ...named, reason: text.exactOptional() });

/** One attempt that failed; another one may succeed. */
export const paymentDeclined = defineEvent({
  eventType: 'PaymentDeclined',
  aggregateType: 'payment',
  schemaVersion: 2,
  schema: facts.extend({ ...named, attemptId: text, reason: text.exactOptional() }),
  olderSchemas: { 1: declinedV1 },
  upcasters: {
    1: (data) => ({
      ...data,
      attemptId: attemptIdOf(
        data.reference as string,
        data.amount as number,
        data.reason as string | undefined,
      ),
    }),
  },
  samples: {
    1: { ...sample, reference: 'ch_2', reason: 'insufficient_funds' },
    2: {
      ...sample,
      reference: 'ch_2',
      attemptId: 'ch_2:129900:insufficient_funds',
      reason: 'insufficient_funds',
    },
  },
});

const refund = facts.extend({ refundId: text, reason: text });
const refundSample = { ...sample, refundId: 'order_cancelled:ch_1:129900', reason: 'order_cancelled' };

/**
 * The money is to be given back; it is not back before PaymentRefunded. Carries what the provider has to be told. `again` is
 * how much of it had been asked for before, and could not be refunded.
 */
export const refundRequested = defineEvent({
  eventType: 'RefundRequested',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: refund.extend({ ...named, again: minorUnits.exactOptional() }),
  samples: { 1: { ...refundSample, reference: 'ch_1' } },
});

const refundedV1 = factsV1.extend({ reason: text });

/** The provider gave the money back, whether we asked for it or not. */
export const paymentRefunded = defineEvent({
  eventType: 'PaymentRefunded',
  aggregateType: 'payment',
  schemaVersion: 2,
  // v1 has no reference: it follows a capture, which has it.
  schema: refund.extend({ ...named, reference: text.exactOptional() }),
  olderSchemas: { 1: refundedV1 },
  // A payment of v1 was refunded once, as a whole.
  upcasters: { 1: (data) => ({ ...data, refundId: 'whole' }) },
  samples: { 1: { ...sample, reason: 'order_cancelled' }, 2: { ...refundSample, reference: 'ch_1' } },
});

/**
 * The provider could not give the money back, `failure` says why: it is kept until somebody asks again. `returned` is how
 * much of it had been reported as refunded before, and came back.
 */
export const refundFailed = defineEvent({
  eventType: 'RefundFailed',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: refund.extend({
    ...named,
    failure: text.exactOptional(),
    returned: minorUnits.exactOptional(),
  }),
  samples: { 1: { ...refundSample, reference: 'ch_1', failure: 'account_closed', returned: 129_900 } },
});

/** The customer's bank took the money back. */
export const paymentChargedBack = defineEvent({
  eventType: 'PaymentChargedBack',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: facts.extend({ ...named, chargebackId: text, reason: text.exactOptional() }),
  samples: { 1: { ...sample, reference: 'ch_1', chargebackId: 'dp_1', reason: 'fraudulent' } },
});

/** What providers report. */
export const OUTCOMES = ['captured', 'declined', 'refunded', 'refund_failed', 'charged_back'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const CONTRADICTIONS_V1 = ['other_order', 'other_currency', 'other_amount', 'unknown_refund'] as const;

/** Why a report is parked. */
export const CONTRADICTIONS = [...CONTRADICTIONS_V1, 'ambiguous_refund'] as const;
export type Contradiction = (typeof CONTRADICTIONS)[number];

const parkedReport = facts.extend({ ...named, outcome: z.enum(OUTCOMES), reportId: text });
const parkedSample = { ...sample, reference: 'ch_1' };

/**
 * A report that contradicts what was reported before, or that may be of several refunds: nothing is applied, people look
 * at it. `contradiction` says why; `reportId` is the id of the capture, attempt, refund or chargeback.
 */
export const paymentReportParked = defineEvent({
  eventType: 'PaymentReportParked',
  aggregateType: 'payment',
  schemaVersion: 2,
  schema: parkedReport.extend({ contradiction: z.enum(CONTRADICTIONS) }),
  olderSchemas: { 1: parkedReport.extend({ contradiction: z.enum(CONTRADICTIONS_V1) }) },
  upcasters: { 1: (data) => data },
  samples: {
    1: { ...parkedSample, outcome: 'captured', reportId: 'cap_1', contradiction: 'other_amount' },
    2: { ...parkedSample, outcome: 'refunded', reportId: 'ch_1:129900', contradiction: 'ambiguous_refund' },
  },
});

/** A person has looked at the parked reports of this id. It changes no money. `by` is the id of that person. */
export const paymentReportResolved = defineEvent({
  eventType: 'PaymentReportResolved',
  aggregateType: 'payment',
  schemaVersion: 1,
  schema: z.object({ reportId: text, by: text, note: text }),
  samples: { 1: { reportId: 'cap_1', by: 'grace', note: 'Corrected by the provider.' } },
});

type Definition =
  | typeof paymentCaptured
  | typeof paymentDeclined
  | typeof refundRequested
  | typeof paymentRefunded
  | typeof refundFailed
  | typeof paymentChargedBack
  | typeof paymentReportParked
  | typeof paymentReportResolved;

export type PaymentEvent = NewEventOf<Definition>;
export type StoredPaymentEvent = StoredEventOf<Definition>;
