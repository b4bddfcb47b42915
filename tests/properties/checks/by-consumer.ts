import { checkEmails } from './emails.ts';
import type { Findings } from './findings.ts';
import { checkPayments, checkRefunds } from './payments.ts';
import { checkReadModel } from './read-side.ts';
import type { Seen } from './seen.ts';
import { checkReservations } from './stock.ts';
import { checkDeadlines, checkHolds } from './waiting.ts';

/**
 * By consumer the check that finds what it has left out, done twice or done wrong; `checkHandled` only finds what it was
 * never given. `npm run missing` names a consumer that has none.
 */
const checkOf: Record<string, (seen: Seen, findings: Findings) => void> = {
  'order-view': checkReadModel,
  'catalogue-view': checkReadModel,
  'stock-view': checkReadModel,
  sales: checkReadModel,
  'fraud-review': checkReadModel,
  customs: checkReadModel,
  reviews: checkReadModel,
  inventory: checkReservations,
  notifications: checkEmails,
  'order-payments': checkPayments,
  'order-holds': checkHolds,
  refunds: checkRefunds,
  deadlines: checkDeadlines,
};

/** Each of them once. */
export function checkConsumers(seen: Seen, findings: Findings): void {
  for (const check of new Set(Object.values(checkOf))) check(seen, findings);
}
