import * as z from 'zod';
import type { PaymentStatus } from '#domain/payment/state.ts';

export const paymentStatus = z
  .enum([
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
    description: 'Not `refunded` before the provider has reported that the money is back',
  });
