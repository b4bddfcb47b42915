import { orderAggregate } from '#domain/order/decisions.ts';
import type { Findings } from './findings.ts';
import type { Seen } from './seen.ts';

/** Holds: what people decided has reached the order, nothing ships before it, and a cancelled order leaves nothing open. */
export function checkHolds({ history: { streams, streamsOf } }: Seen, findings: Findings): void {
  for (const stream of streamsOf('order')) {
    const orderId = stream[0]?.aggregateId ?? '';
    const order = (stream as never[]).reduce(orderAggregate.evolve, orderAggregate.initialState);
    if (order.status === 'none') continue;
    const isOver = order.status === 'cancelled';
    for (const [aggregate, hold] of [
      ['fraud-review', 'fraud'],
      ['customs-declaration', 'customs'],
    ] as const) {
      const last = streams.get(`${aggregate}-${orderId}`)?.at(-1)?.eventType;
      const isAllowed = last === 'FraudReviewApproved' || last === 'CustomsDeclarationCleared';
      const isRefused = last === 'FraudReviewRejected' || last === 'CustomsDeclarationRefused';
      const isClosed = last === 'FraudReviewClosed' || last === 'CustomsDeclarationClosed';
      const isHeld = order.holds.includes(hold);
      const lost = (what: string) => findings.add('lost', `order ${orderId} ${what} its ${aggregate}`);
      if (isAllowed && isHeld && !isOver) lost('still waits for');
      if (isRefused && !isOver) lost('was not cancelled by');
      if (isOver && last !== undefined && !isAllowed && !isRefused && !isClosed) lost('has left open');
      if (isHeld && (order.status === 'shipped' || order.status === 'delivered')) lost('shipped before');
    }
  }
}

/** Deadlines: what was not paid in time was cancelled, and not before; a review that nobody decided was escalated. */
export function checkDeadlines({ history, world }: Seen, findings: Findings): void {
  if (!world.ticks) return;
  for (const stream of history.streamsOf('order')) {
    const [created] = stream;
    if (created?.eventType !== 'OrderCreated' || created.data.paymentDueAt === undefined) continue;
    const { aggregateId, data } = created;
    const ended = stream.some(({ eventType }) => eventType === 'OrderPaid' || eventType === 'OrderCancelled');
    if (!ended) findings.add('lost', `order ${aggregateId} is not paid, and its deadline never came`);
    const early = stream.some(
      (event) =>
        event.eventType === 'OrderCancelled' &&
        event.data.reason === 'payment_overdue' &&
        event.metadata.timestamp < (data.paymentDueAt ?? ''),
    );
    if (early) findings.add('doubled', `order ${aggregateId} expired before its deadline`);
  }
  for (const stream of [...history.streamsOf('fraud-review'), ...history.streamsOf('customs-declaration')]) {
    const types = stream.map(({ eventType }) => eventType as string);
    if (
      types.length > 0 &&
      !types.some((type) => /(Approved|Rejected|Cleared|Refused|Escalated|Closed)$/.test(type))
    ) {
      findings.add('lost', `nobody was told that ${stream[0]?.streamId} is open`);
    }
  }
}
