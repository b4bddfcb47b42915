import { PAYMENT_WAITS, type PaymentView, type PaymentWaitsFor } from '#domain/payment/view.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { fitting } from '#kit/http/page-bytes.ts';
import { liveGeneration } from '#kit/projections/generations.ts';
import { partitionInGeneration, withoutStorageKeys } from '#kit/projections/keys.ts';
import { orderIndexes, orderPaymentsPartition } from './keys.ts';
import { readWorkList } from './listing.ts';
import type { WorkList } from './listing-keys.ts';
import { itemsOf, newestKeys } from './newest-keys.ts';

/** The work list of payments that wait for exactly these. Reaches storage: never change one. */
export const paymentWorkList = (waitsFor: readonly PaymentWaitsFor[]): WorkList =>
  `PAYMENTS#${PAYMENT_WAITS.filter((one) => waitsFor.includes(one)).join('+')}`;

const EVERY_SUBSET = Array.from({ length: 2 ** PAYMENT_WAITS.length }, (_, subset) =>
  PAYMENT_WAITS.filter((_, index) => Math.floor(subset / 2 ** index) % 2 === 1),
);

/** Those of all payments that wait for this, whatever else they wait for. */
const workListsOf = (status: PaymentWaitsFor): WorkList[] =>
  EVERY_SUBSET.filter((subset) => subset.includes(status)).map(paymentWorkList);

export interface PaymentsPage {
  payments: PaymentView[];
  /** Where to go on; absent at the end. */
  next?: string;
}

export interface WaitingPaymentsQuery {
  status: PaymentWaitsFor;
  limit: number;
  /** The `next` of the page before. */
  after?: string | undefined;
}

/**
 * A page of the payments that wait for this, those that have waited longest first. The index is eventually consistent.
 * AWS calls: 16 queries (4 lists), and the live generation (`liveGeneration`).
 */
export async function readWaitingPayments(
  runtime: Runtime,
  { status, limit, after }: WaitingPaymentsQuery,
): Promise<PaymentsPage> {
  const generation = await liveGeneration(runtime, 'order-view');
  const page = await readWorkList(runtime, { lists: workListsOf(status), limit, after, generation });
  return pageOf(page.items, page.next);
}

export interface OrderPaymentsQuery {
  orderId: string;
  limit: number;
  /** The `next` of the page before. */
  before?: string | undefined;
}

/**
 * A page of an order's payments, newest first. The index is eventually consistent.
 * AWS calls: one query, one batch get, and the live generation (`liveGeneration`).
 */
export async function readOrderPayments(
  runtime: Runtime,
  { orderId, limit, before = '~' }: OrderPaymentsQuery,
): Promise<PaymentsPage> {
  const generation = await liveGeneration(runtime, 'order-view');
  const partitions = [partitionInGeneration(generation, orderPaymentsPartition(orderId))];
  const { entries, isEnd } = await newestKeys(runtime, orderIndexes.ofCustomer, partitions, before, limit);
  const items = await itemsOf(runtime, entries);
  const found = entries.flatMap(({ key, place }) => {
    const item = items.get(key.pk);
    return item ? [{ item, place }] : [];
  });
  const page = fitting(found);
  const isAll = page.length === found.length;
  const next = isAll && isEnd ? undefined : (isAll ? entries : page).at(-1)?.place;
  return pageOf(
    page.map(({ item }) => item),
    next,
  );
}

function pageOf(items: readonly Record<string, unknown>[], next?: string): PaymentsPage {
  const payments = items.map((item) => withoutStorageKeys<PaymentView>(item));
  return next === undefined ? { payments } : { payments, next };
}
