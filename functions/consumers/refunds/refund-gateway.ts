import type { ShopRuntime } from '#application';
import type { DomainEventOf } from '#domain/index.ts';

/** What the provider has to be told. Amount in minor units. */
export interface RefundRequest extends Readonly<DomainEventOf<'RefundRequested'>['data']> {
  paymentId: string;
  /** A UUID, of `paymentId` and `refundId`: no other refund of any payment has it. `refundId` alone names one of its payment. */
  idempotencyKey: string;
}

/** `pending`: the provider reports later what became of it, see POST /payments. */
export type RefundOutcome =
  | { outcome: 'refunded' }
  | { outcome: 'refund_failed'; reason: string }
  | { outcome: 'pending' };

/**
 * The port to a payment provider. `refund` is called at least once for each request: send `idempotencyKey` as the
 * provider's. A throw means: not asked, as far as we know; it is asked again.
 */
export interface RefundGateway {
  refund(request: RefundRequest): Promise<RefundOutcome>;
}

const gateways: Record<'confirm' | 'report', RefundGateway> = {
  confirm: { refund: async () => ({ outcome: 'refunded' }) },
  report: { refund: async () => ({ outcome: 'pending' }) },
};

/**
 * The gateway that the setting REFUND_GATEWAY names. `confirm` confirms each refund by itself and moves no money: for
 * the local run and dev. `report` leaves refunds to people or to another system, which report what became of them.
 */
export const refundGatewayOf = (runtime: ShopRuntime): RefundGateway =>
  gateways[runtime.setting('REFUND_GATEWAY')];
