import { toMajor } from '#domain/money.ts';
import type { Contradiction } from '#domain/payment/events.ts';
import { type PaymentState, statusOf } from '#domain/payment/state.ts';
import type { PaymentView } from '#domain/payment/view.ts';
import type { CommandResult } from '#kit/event-store/decide-command.ts';
import { etagOf } from '#kit/http/entity-tags.ts';
import type { HttpResponse } from '#kit/http/response.ts';

/** What a command on a payment answers; with `more` in the body. */
export function paymentResponse(
  { aggregateId: paymentId, version, state }: CommandResult<PaymentState>,
  { status = 200, ...more }: { status?: number; parked?: Contradiction } = {},
): HttpResponse {
  if (state.status === 'none') throw new Error(`payment ${paymentId} is not there`);
  return {
    status,
    headers: { etag: etagOf(version) },
    body: { paymentId, orderId: state.orderId, version, status: statusOf(state), ...more },
  };
}

/**
 * A payment as the API shows it: money in decimals. What staff still have to do about it, and reports that may be about
 * somebody else's order, are for staff alone.
 */
export function toPaymentDto(view: PaymentView, { isStaff }: { isStaff: boolean }): Record<string, unknown> {
  const { notRefunded: _, parked, waitsFor, waitingSince, ...rest } = view;
  const major = (minor: number) => toMajor(minor, view.currency);
  const inMajor = <Part extends { amount: number }>(part: Part) => ({ ...part, amount: major(part.amount) });
  return {
    ...rest,
    captured: major(view.captured),
    kept: major(view.kept),
    refunded: major(view.refunded),
    beingRefunded: major(view.beingRefunded),
    chargedBack: major(view.chargedBack),
    captures: view.captures.map(inMajor),
    refunds: view.refunds.map(inMajor),
    chargebacks: view.chargebacks.map(inMajor),
    declined: view.declined.map(inMajor),
    ...(isStaff && {
      parked: parked.map((report) => ({ ...report, amount: toMajor(report.amount, report.currency) })),
      waitsFor,
      ...(waitingSince !== undefined && { waitingSince }),
    }),
  };
}
