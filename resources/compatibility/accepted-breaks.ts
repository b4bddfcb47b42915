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
export const acceptedBreaks: readonly AcceptedBreak[] = [];
