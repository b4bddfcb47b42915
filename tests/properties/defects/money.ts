import { v7 } from 'uuid';
import type { Call } from '#tests/properties/simulator/defect.ts';
import { changed, type DeliberateDefect, forgedId, type Input, writesTo } from './deliberate.ts';

interface Appended {
  version: number;
  eventType: string;
  data: Input;
  metadata: Input;
}

/** The event that a function appends with this call, if it is of this type. */
function appended(call: Call, name: string, eventType: string): Appended | undefined {
  if (call.function !== name || !writesTo(call, /Events/)) return undefined;
  const item = call.input.Item as Appended;
  return item.eventType === eventType ? item : undefined;
}

/** A function takes every event of this type, of an order's stream, for one that means nothing to it. */
async function blindTo(
  call: Call,
  next: (command?: object) => Promise<unknown>,
  name: string,
  eventType: string,
): Promise<unknown> {
  const answer = (await next()) as { Items?: (Appended & { schemaVersion: number })[] };
  if (call.function !== name || call.name !== 'QueryCommand') return answer;
  const nothing = { eventType: 'OrderHoldReleased', schemaVersion: 1 };
  const Items = answer.Items?.map((item) =>
    item.eventType === eventType
      ? { ...item, ...nothing, data: { customerId: 'ada', hold: 'stock', by: 'nobody' } }
      : item,
  );
  return { ...answer, ...(Items && { Items }) };
}

/** Mistakes with payments. */
export const moneyDefects: readonly DeliberateDefect[] = [
  {
    name: 'a refund is asked for twice, under two ids',
    caughtAs: ['doubled'],
    async send(call, next) {
      const item = appended(call, 'order-payments', 'RefundRequested');
      const answer = await next();
      if (!item) return answer;
      const data = { ...item.data, refundId: `${item.data.refundId}-again` };
      const again = { ...item, version: item.version + 1, eventId: v7(), data };
      const metadata = { ...item.metadata, commandId: forgedId() };
      await next(changed(call, { Item: { ...again, metadata } })).catch(() => ({}));
      return answer;
    },
  },
  {
    name: 'what an order does not take of a capture is kept',
    caughtAs: ['lost'],
    async send(call, next) {
      const item = appended(call, 'order-payments', 'RefundRequested');
      return String(item?.data.refundId).startsWith('excess:') ? {} : next();
    },
  },
  {
    name: 'a capture pays an order that was cancelled',
    // Not `lost`: with most seeds, clients send a command to an order that cannot be folded again and again, for four simulated days.
    caughtAs: ['doubled'],
    send: (call, next) => blindTo(call, next, 'order-payments', 'OrderCancelled'),
  },
  {
    name: 'an order that was paid expires',
    caughtAs: ['lost', 'doubled'],
    send: (call, next) => blindTo(call, next, 'deadlines', 'OrderPaid'),
  },
];
