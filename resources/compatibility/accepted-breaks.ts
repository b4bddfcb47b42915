/**
 * A break that was decided, of the HTTP API or of a consumer. What an event of a release breaks is never accepted: it is stored
 * for good, and raising its version costs less than losing it.
 */
export interface AcceptedBreak {
  /** As `npm run check:schemas` names it; it covers what lies below as well: `POST /orders: request.items[]`. */
  break: string;
  /** For the person who meets it in the changelog. */
  reason: string;
  /** The release that brings it. */
  since: string;
  /** yyyy-mm-dd of the decision. */
  date: string;
}

/** Those since the last release. One that nothing breaks any more fails the check: the list holds no history. */
export const acceptedBreaks: readonly AcceptedBreak[] = [
  {
    break: 'POST /payments: 201.status',
    reason:
      'A report may also be of a refund or a chargeback. Clients take a status that they do not know as "recorded".',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'POST /payments/{paymentId}/refund: 200.status',
    reason:
      'A refund is requested first: `refunded` is said when the provider has reported that the money is back.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'rule payment_already_recorded',
    reason: 'Every report of a provider is recorded as a fact, so no report is refused for an earlier one.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'rule amount_mismatch',
    reason: 'A capture of any amount is recorded: parts add up, and what is above the total is refunded.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'schema FraudReview.status',
    reason:
      'A review is decided now: a client that knows `open` alone has to ask for `status=open`, which lists as before.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'schema CustomsDeclaration.status',
    reason:
      'A declaration is decided now, and an undecided one is `open` as a review is: a client reads `open` for `opened`.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'schema Notification.customerId',
    reason:
      'Messages to staff are recorded too and are to no customer: a client passes over those whose `audience` is `staff`.',
    since: '0.3.0',
    date: '2026-11-28',
  },
  {
    break: 'POST /orders: request.items[].name',
    reason:
      'Names come from the catalogue alone: leave `name` out. A name that is accepted and ignored would pass for one that counts.',
    since: '0.3.0',
    date: '2026-11-28',
  },
];
