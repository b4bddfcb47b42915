import { customsDeclarationAggregate } from '#domain/customs-declaration.ts';
import { fraudReviewAggregate } from '#domain/fraud-review.ts';
import type { DomainEvent } from '#domain/index.ts';
import { inventoryAggregate } from '#domain/inventory/decisions.ts';
import { available } from '#domain/inventory/state.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { quantitiesBySku } from '#domain/order/quantities.ts';
import { paymentAggregate } from '#domain/payment/decisions.ts';
import { balanceOf, owedOf } from '#domain/payment/state.ts';
import { productAggregate } from '#domain/product.ts';
import type { Sent } from '#tests/properties/simulator/clients.ts';
import type { Findings } from './findings.ts';
import type { History } from './history.ts';
import type { Seen } from './seen.ts';

/** Versions 1…n, event ids and commands once in a stream, and every history one that the rules allow. */
export function checkStreams({ streams, events }: History, findings: Findings): void {
  for (const [streamId, stream] of streams) {
    stream.forEach(({ version }, index) => {
      if (version !== index + 1) findings.add('lost', `${streamId} has no version ${index + 1}`);
    });
    // One command may leave events of several types.
    const commands = new Set(stream.map(({ metadata, eventType }) => `${metadata.commandId} ${eventType}`));
    if (commands.size !== stream.length) findings.add('doubled', `${streamId} holds a command twice`);
    try {
      replay(stream);
    } catch (error) {
      findings.add('doubled', `${streamId} has an impossible history: ${(error as Error).message}`);
    }
  }
  const ids = new Set(events.map(({ eventId }) => eventId));
  if (ids.size !== events.length)
    findings.add('doubled', `${events.length - ids.size} event ids are not unique`);
}

function replay(stream: readonly DomainEvent[]): void {
  switch (stream[0]?.aggregateType) {
    case 'product':
      (stream as never[]).reduce(productAggregate.evolve, productAggregate.initialState);
      break;
    case 'order':
      (stream as never[]).reduce(orderAggregate.evolve, orderAggregate.initialState);
      break;
    case 'inventory':
      (stream as never[]).reduce(inventoryAggregate.evolve, inventoryAggregate.initialState);
      break;
    case 'fraud-review':
      (stream as never[]).reduce(fraudReviewAggregate.evolve, fraudReviewAggregate.initialState);
      break;
    case 'customs-declaration':
      (stream as never[]).reduce(
        customsDeclarationAggregate.evolve,
        customsDeclarationAggregate.initialState,
      );
      break;
    case 'payment':
      (stream as never[]).reduce(paymentAggregate.evolve, paymentAggregate.initialState);
      break;
  }
}

/** What was acknowledged is there, once; what was refused left nothing. */
export function checkCommands(history: History, sent: readonly Sent[], findings: Findings): void {
  const own = new Map<string, DomainEvent[]>();
  for (const event of history.events) {
    const { userId, correlationId } = event.metadata;
    if (userId.startsWith('consumer:')) continue;
    own.set(correlationId, [...(own.get(correlationId) ?? []), event]);
  }
  for (const command of sent) checkCommand(command, own.get(command.correlationId) ?? [], history, findings);
}

function checkCommand(
  command: Sent,
  events: readonly DomainEvent[],
  { streams }: History,
  findings: Findings,
): void {
  const name = `${command.function} ${command.correlationId}`;
  const statuses = [...new Set(command.answers.map(({ status }) => status))];
  if (new Set(events.map(({ eventType }) => eventType)).size !== events.length) {
    findings.add('doubled', `${name} left ${events.length} events`);
  }
  // Of two at once, one may be refused, and the other come a moment later, when it is not any more.
  const mayDiffer = command.doubled && (command.unsure || statuses.length > 1);
  if (!mayDiffer && statuses.length > 1) {
    findings.add('doubled', `${name} was answered ${statuses.join(' and ')}`);
  }
  if (!mayDiffer && events.length > 0 && statuses.some((status) => status >= 300)) {
    findings.add('doubled', `${name} was answered ${statuses[0]} and left an event`);
  }
  for (const { status, body } of command.answers) {
    if (status >= 300) continue;
    // To deliver what is delivered already holds; every other command of a client is new.
    if (events.length === 0 && command.function !== 'deliver-order') {
      findings.add('lost', `${name} was answered ${status} and left no event`);
    }
    const event = events.at(-1);
    if (event && event.version !== body.version) {
      findings.add('lost', `${name} was answered version ${body.version}, and is ${event.version}`);
    }
    const streamId = event?.streamId ?? `order-${body.orderId}`;
    if (Number(body.version) > (streams.get(streamId)?.length ?? 0)) {
      findings.add('lost', `${name} was answered version ${body.version} of ${streamId}, which has fewer`);
    }
  }
}

/** What became of one order in the stock of one SKU. */
interface Booked {
  reserved: number;
  released: number;
  issued: number;
  backordered: number;
  /** Of what was back ordered: filled, or ended by a cancellation. */
  settled: number;
  /** How often it was reserved, at its turn or later. */
  times: number;
}

/**
 * Stock: an order reserves each SKU once; what is cancelled holds nothing, what is shipped took exactly its own with it,
 * and what still waits for stock waits for more than there is.
 */
export function checkReservations({ history }: Seen, findings: Findings): void {
  const booked = bookedByOrder(history);
  const left = new Map(
    history.streamsOf('inventory').map((stream) => {
      const state = (stream as never[]).reduce(inventoryAggregate.evolve, inventoryAggregate.initialState);
      return [stream[0]?.aggregateId, available(state)];
    }),
  );
  for (const stream of history.streamsOf('order')) {
    const [created] = stream;
    if (created?.eventType !== 'OrderCreated') continue;
    const orderId = created.aggregateId;
    const order = (stream as never[]).reduce(orderAggregate.evolve, orderAggregate.initialState);
    if (order.status === 'none') continue;
    const waitsForStock = order.status !== 'cancelled' && order.holds.includes('stock');
    let waiting = 0;
    for (const { sku, quantity } of quantitiesBySku(created.data.items)) {
      const name = `order ${orderId}, ${order.status}, ${quantity} ${sku}`;
      const own = booked.get(`${orderId}|${sku}`) ?? NOTHING;
      const held = own.reserved - own.released - own.issued;
      const waits = own.backordered - own.settled;
      const isTracked = created.data.items.some((item) => item.sku === sku && item.tracked);
      if (own.times > 1) findings.add('doubled', `${name}: reserved ${own.times} times`);
      if (!isTracked && own !== NOTHING) findings.add('doubled', `${name}: not tracked, and in the books`);
      if (!isTracked) continue;
      if (waits > 0) waiting++;
      if (order.status === 'cancelled' && (held !== 0 || waits !== 0))
        findings.add('lost', `${name}: still holds ${held} and waits for ${waits}`);
      if (
        (order.status === 'shipped' || order.status === 'delivered') &&
        (held !== 0 || own.issued !== quantity)
      )
        findings.add('lost', `${name}: took ${own.issued} with it and left ${held}`);
      if ((order.status === 'pending' || order.status === 'paid') && held !== quantity && waits !== quantity)
        findings.add('lost', `${name}: holds ${held} and waits for ${waits}`);
      if (waits > 0 && waits <= (left.get(sku) ?? 0))
        findings.add('lost', `${name}: waits for ${waits}, of which there are ${left.get(sku)}`);
    }
    if (waitsForStock && waiting === 0)
      findings.add('lost', `order ${orderId} has its stock, and is held for it`);
  }
}

const NOTHING: Booked = { reserved: 0, released: 0, issued: 0, backordered: 0, settled: 0, times: 0 };

function bookedByOrder(history: History): Map<string, Booked> {
  const booked = new Map<string, Booked>();
  for (const event of history.streamsOf('inventory').flat()) {
    const { eventType } = event;
    if (eventType === 'StockReceived' || eventType === 'StockAdjusted' || eventType === 'StockRejected')
      continue;
    for (const { orderId, quantity } of event.data.orders) {
      const key = `${orderId}|${event.data.sku}`;
      const one = booked.get(key) ?? { ...NOTHING };
      booked.set(key, one);
      switch (eventType) {
        case 'StockReserved':
          one.reserved += quantity;
          one.times++;
          break;
        case 'BackorderFilled':
          one.reserved += quantity;
          one.settled += quantity;
          one.times++;
          break;
        case 'StockReleased':
          one.released += quantity;
          break;
        case 'StockIssued':
          one.issued += quantity;
          break;
        case 'StockBackordered':
          one.backordered += quantity;
          break;
        case 'BackorderCancelled':
          one.settled += quantity;
          break;
      }
    }
  }
  return booked;
}

/**
 * Money: what an order did not take of a capture is refunded, and so is what a cancelled one took; nothing else is,
 * unless somebody asked for it by hand.
 */
export function checkPayments({ history }: Seen, findings: Findings): void {
  const taken = new Map<string, number>();
  for (const stream of history.streamsOf('order')) {
    if (stream.some(({ eventType }) => eventType === 'OrderCancelled')) continue;
    for (const event of stream) {
      if (event.eventType !== 'OrderPaid' && event.eventType !== 'OrderPaymentReceived') continue;
      const { paymentId, amount } = event.data;
      taken.set(paymentId, (taken.get(paymentId) ?? 0) + amount);
    }
  }
  for (const stream of history.streamsOf('payment')) {
    const [first] = stream;
    if (!first) continue;
    const { aggregateId: paymentId } = first;
    const state = (stream as never[]).reduce(paymentAggregate.evolve, paymentAggregate.initialState);
    if (state.status === 'none') continue;
    const { kept } = balanceOf(state);
    const pays = taken.get(paymentId) ?? 0;
    // Somebody asked for it back by hand, or the bank took it.
    const isTakenBack = stream.some(
      ({ eventType, metadata }) =>
        eventType === 'PaymentChargedBack' ||
        (eventType === 'RefundRequested' && !metadata.userId.startsWith('consumer:')),
    );
    // What could not be refunded waits for staff, who were told.
    if (kept - owedOf(state) > pays)
      findings.add('lost', `payment ${paymentId} keeps ${kept}, of which its order took ${pays}`);
    if (kept < pays && !isTakenBack) {
      findings.add('doubled', `payment ${paymentId} keeps ${kept}, of which its order took ${pays}`);
    }
  }
}

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

/** Refunds: each one that was requested has an outcome, and is made once; one that was made may still come back. */
export function checkRefunds({ history }: Seen, findings: Findings): void {
  for (const stream of history.streamsOf('payment')) {
    const [made, ended] = [new Map<string, number>(), new Set<string>()];
    for (const event of stream) {
      if (event.eventType !== 'PaymentRefunded' && event.eventType !== 'RefundFailed') continue;
      const { refundId } = event.data;
      ended.add(refundId);
      if (event.eventType === 'PaymentRefunded') made.set(refundId, (made.get(refundId) ?? 0) + 1);
    }
    for (const event of stream) {
      if (event.eventType !== 'RefundRequested') continue;
      if (!ended.has(event.data.refundId))
        findings.add('lost', `refund ${event.data.refundId} of ${event.streamId} has no outcome`);
      if ((made.get(event.data.refundId) ?? 0) > 1)
        findings.add('doubled', `refund ${event.data.refundId} of ${event.streamId} was made twice`);
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
