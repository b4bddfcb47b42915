import { toMajor } from '#domain/money.ts';
import type { PaymentView } from '#domain/payment/view.ts';

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
