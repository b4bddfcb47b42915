import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { stillUndelivered } from './recheck.ts';
import type { Pending } from './state.ts';

/** Redelivered at once, and again after these many ms. After the third time it is only reported: it may fail for good. */
const REDELIVER_AGAIN_AFTER_MS = [900_000, 3_600_000];

/**
 * Of what was redelivered before, what has still not arrived, and of that what is to be redelivered now. What consumers may
 * have forgotten is not asked for any more. AWS calls: those of `checkDelivery`.
 */
export async function checkPending(
  runtime: Runtime,
  pending: readonly Pending[],
): Promise<{ behind: Pending[]; due: Pending[] }> {
  const now = runtime.now();
  const isOld = ({ eventId }: Pending) => timeOf(eventId) < now - REPEATABLE_MS;
  const old = pending.filter(isOld);
  const kept = pending.filter((one) => !isOld(one));
  if (old.length > 0) runtime.logger.warn('no longer checked: too old', { events: old });
  const found = new Map((await stillUndelivered(runtime, kept)).map((finding) => [finding.eventId, finding]));
  const behind = kept.flatMap((one) => {
    const finding = found.get(one.eventId);
    return finding ? [{ ...finding, redeliveries: one.redeliveries, redeliveredAt: one.redeliveredAt }] : [];
  });
  const due = behind.filter(({ redeliveries, redeliveredAt }) => {
    const wait = REDELIVER_AGAIN_AFTER_MS[redeliveries - 1];
    return wait !== undefined && now >= redeliveredAt + wait;
  });
  return { behind, due };
}
