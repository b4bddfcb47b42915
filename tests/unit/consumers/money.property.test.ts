import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type DomainEvent, type NewDomainEvent, registry } from '#domain/index.ts';
import { orderAggregate } from '#domain/order/decisions.ts';
import { type OrderState, paidAmount } from '#domain/order/state.ts';
import { paymentAggregate, type RecordPayment } from '#domain/payment/decisions.ts';
import type { Outcome, PaymentEvent } from '#domain/payment/events.ts';
import { balanceOf, type PaymentState, statusOf } from '#domain/payment/state.ts';
import { type PaymentView, paymentView } from '#domain/payment/view.ts';
import { orderPayments } from '#functions/consumers/order-payments/policy.ts';
import { salesChanges } from '#functions/consumers/sales/sales-changes.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type AnyAggregate, isTolerated, type PolicyCommand, react } from '#kit/events/policy.ts';
import { streamAt } from '#tests/support/streams.ts';
import { DUE, place } from '../domain/order/examples.ts';

const TOTAL = 1_847;
const ORDERS = ['o-1', 'o-2'];

/** The streams of two orders and their payments, without any I/O. */
class Books {
  readonly streams = new Map<string, NewDomainEvent[]>();

  state<State>({ type, evolve, initialState }: AnyAggregate<State>, id: string): State {
    return (this.streams.get(`${type}-${id}`) ?? []).reduce(evolve, initialState);
  }

  /** Throws CommandRejected. */
  decide(aggregate: AnyAggregate, id: string, command: object): void {
    const name = `${aggregate.type}-${id}`;
    const events: NewDomainEvent[] = aggregate.decide(command, this.state(aggregate, id));
    events.forEach(registry.checkNewEvent);
    this.streams.set(name, [...(this.streams.get(name) ?? []), ...events]);
  }

  stored(): DomainEvent[] {
    return [...this.streams].flatMap(([name, events]) => {
      const [, type = '', id = ''] = /^(order|payment)-(.*)$/.exec(name) ?? [];
      return streamAt('2026-01-01T00:00:00.000Z', type as 'order', id, events) as DomainEvent[];
    });
  }

  /** As its consumer handles one message, from the first command on or killed after `most` of them. */
  async handle(event: DomainEvent, most = Number.POSITIVE_INFINITY): Promise<void> {
    let left = most;
    const issue = ({ aggregate, aggregateId, command, ...options }: PolicyCommand) => {
      if (left-- <= 0) throw new Killed();
      try {
        this.decide(aggregate, aggregateId, command);
        return { state: this.state(aggregate, aggregateId) };
      } catch (error) {
        if (!(error instanceof CommandRejected) || !isTolerated(options, error.rule)) throw error;
        return { rejected: error.rule };
      }
    };
    const before = new Map(this.streams);
    const commands = await react(orderPayments, event, async (request) => {
      if (request.type === 'state') return this.state(request.aggregate, request.aggregateId);
      if (request.type === 'outcomes') return request.commands.map(issue);
      throw new Error(`not answered here: ${request.type}`);
    });
    try {
      commands?.forEach(issue);
    } finally {
      checkDelivery(this, before, event);
    }
  }
}

class Killed extends Error {}

/** What the consumer `refunds` makes of an answer of the provider, or what the provider reports of any refund at any time. */
function answerRefund(
  books: Books,
  id: string,
  outcome: 'refunded' | 'refund_failed',
  which: number | undefined,
): void {
  const state: PaymentState = books.state(paymentAggregate, id);
  if (state.status === 'none') return;
  const refunds = Object.entries(state.refunds);
  const one =
    which === undefined
      ? refunds.find(([, { status }]) => status === 'requested')
      : refunds[which % refunds.length];
  if (!one) return;
  const [reportId, { amount }] = one;
  const { orderId, currency, reference } = state;
  books.decide(paymentAggregate, id, {
    type: 'record',
    outcome,
    reportId,
    amount,
    orderId,
    currency,
    reference,
  });
}

const paymentOf = fc.constantFrom('p-1', 'p-2', 'p-3');

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      payment: paymentOf,
      order: fc.constantFrom(...ORDERS, 'o-1', 'o-unknown'),
      // Exact, in parts, in excess, nothing.
      amount: fc.constantFrom(TOTAL, TOTAL, 1_000, 847, TOTAL + 500, 0),
      outcome: fc.constantFrom<Outcome>(
        ...(['captured', 'captured', 'captured', 'declined'] as const),
        ...(['refunded', 'refund_failed', 'charged_back'] as const),
      ),
      reportId: fc.option(fc.constantFrom('x-1', 'x-2'), { nil: undefined }),
      currency: fc.constantFrom('USD', 'USD', 'USD', 'EUR'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      which: fc.nat(50),
      killedAfter: fc.option(fc.nat(2), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      payment: paymentOf,
      outcome: fc.constantFrom('refunded' as const, 'refund_failed' as const),
      which: fc.option(fc.nat(5), { nil: undefined }),
    }),
  },
  fc.record({
    do: fc.constant('refund by hand' as const),
    payment: paymentOf,
    amount: fc.option(fc.constantFrom(100, 1_000), { nil: undefined }),
  }),
  fc.record({ do: fc.constantFrom('cancel' as const, 'expire' as const), order: fc.constantFrom(...ORDERS) }),
);

let hands = 0;

async function take(
  books: Books,
  one: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
): Promise<void> {
  switch (one.do) {
    case 'report': {
      const { payment, order: orderId, outcome, amount, reportId, currency } = one;
      const report: RecordPayment = {
        type: 'record',
        outcome,
        orderId,
        amount,
        currency,
        reference: payment,
      };
      return books.decide(
        paymentAggregate,
        payment,
        reportId === undefined ? report : { ...report, reportId },
      );
    }
    case 'deliver': {
      const stored = books.stored();
      const event = stored[one.which % stored.length];
      if (event) await books.handle(event, one.killedAfter);
      return;
    }
    case 'answer':
      return answerRefund(books, one.payment, one.outcome, one.which);
    case 'refund by hand': {
      const amount = one.amount === undefined ? {} : { amount: one.amount };
      const refund = { type: 'requestRefund', refundId: `hand-${hands++}`, reason: 'damaged', ...amount };
      return books.decide(paymentAggregate, one.payment, refund);
    }
    case 'cancel':
      return books.decide(orderAggregate, one.order, { type: 'cancel', reason: 'bored' });
    case 'expire':
      return books.decide(orderAggregate, one.order, { type: 'expire', dueAt: DUE });
  }
}

it('adds up in every history, in whatever order and however often messages arrive', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const books = new Books();
      for (const order of ORDERS) books.decide(orderAggregate, order, place);
      for (const one of steps) {
        await take(books, one).catch((error) => {
          if (!(error instanceof CommandRejected) && !(error instanceof Killed)) throw error;
        });
        checkBalances(books);
      }
      // Every message arrives in the end, and then all of them once more, backwards.
      for (let length = -1; length !== books.stored().length; ) {
        length = books.stored().length;
        for (const event of books.stored()) await books.handle(event);
      }
      const settled = new Map(books.streams);
      for (const event of books.stored().toReversed()) await books.handle(event);
      expect(books.streams).toEqual(settled);
      checkBalances(books);
      checkOrders(books);
      checkRepeats(books);
    }),
    { numRuns: 400 },
  );
});

const idsOf = (books: Books, type: string) =>
  [...books.streams.keys()]
    .filter((name) => name.startsWith(`${type}-`))
    .map((name) => name.slice(type.length + 1));

const takenFrom = (books: Books, paymentId: string): number =>
  ORDERS.map((id): OrderState => books.state(orderAggregate, id)).reduce(
    (sum, order) =>
      order.status === 'none' || order.status === 'cancelled'
        ? sum
        : sum + paidAmount({ payments: order.payments.filter((taken) => taken.paymentId === paymentId) }),
    0,
  );

/** An order takes nothing that is not kept, and what it took is not refunded as excess. */
function checkDelivery(
  books: Books,
  before: Books['streams'],
  { streamId, eventType, aggregateId }: DomainEvent,
): void {
  if (eventType !== 'PaymentCaptured') return;
  const isNew = [...books.streams].some(([name, events]) => {
    const added = events.slice(before.get(name)?.length ?? 0);
    return name === streamId ? added.length > 0 : added.some((one) => one.eventType.startsWith('OrderPa'));
  });
  const state: PaymentState = books.state(paymentAggregate, aggregateId);
  if (!isNew || state.status === 'none') return;
  expect(balanceOf(state).kept).toBeGreaterThanOrEqual(takenFrom(books, aggregateId));
}

/** The money of each payment, after every step. */
function checkBalances(books: Books): void {
  for (const id of idsOf(books, 'payment')) {
    const state: PaymentState = books.state(paymentAggregate, id);
    if (state.status === 'none') continue;
    const { captured, kept, refunded, beingRefunded, chargedBack } = balanceOf(state);
    expect(captured).toBe(kept + refunded + beingRefunded + chargedBack);
    const stream = books.streams.get(`payment-${id}`) ?? [];
    // Nothing that we ask for takes more than there is: only what others report may.
    for (const [index, event] of stream.entries()) {
      if (event.eventType !== 'RefundRequested') continue;
      const after = (stream.slice(0, index + 1) as never[]).reduce(
        paymentAggregate.evolve,
        paymentAggregate.initialState,
      );
      expect(after.status !== 'none' && balanceOf(after).kept).toBeGreaterThanOrEqual(0);
    }
    const requested = stream.flatMap((one) =>
      one.eventType === 'RefundRequested' ? [one.data.refundId] : [],
    );
    expect(new Set(requested).size).toBe(requested.length);
    const view = streamAt('2026-01-01T00:00:00.000Z', 'payment', id, stream).reduce<PaymentView | undefined>(
      paymentView,
      undefined,
    );
    expect(view).toMatchObject({ captured, kept, refunded, beingRefunded, chargedBack });
    expect(view?.status).toBe(statusOf(state));
    expect(soldBy(id, stream)).toEqual({ captured, refunded: refunded + chargedBack });
  }
}

/** Every report that a payment has recorded may come again, at whatever time, and changes nothing. */
function checkRepeats(books: Books): void {
  for (const id of idsOf(books, 'payment')) {
    const state: PaymentState = books.state(paymentAggregate, id);
    for (const event of books.streams.get(`payment-${id}`) ?? []) {
      const report = reportOf(event as PaymentEvent);
      if (report) expect(paymentAggregate.decide(report, state)).toEqual([]);
    }
  }
}

function reportOf({ eventType, data }: PaymentEvent): RecordPayment | undefined {
  const named = { type: 'record' as const, reference: '' };
  switch (eventType) {
    case 'PaymentCaptured':
      return { ...data, ...named, outcome: 'captured', reportId: data.captureId };
    case 'PaymentDeclined':
      return { ...data, ...named, outcome: 'declined', reportId: data.attemptId };
    case 'PaymentRefunded':
      return { ...data, ...named, outcome: 'refunded', reportId: data.refundId };
    case 'RefundFailed':
      return { ...data, ...named, outcome: 'refund_failed', reportId: data.refundId };
    case 'PaymentChargedBack':
      return { ...data, ...named, outcome: 'charged_back', reportId: data.chargebackId };
    case 'PaymentReportParked':
    case 'PaymentReportResolved':
    case 'RefundRequested':
      return undefined;
  }
}

/** What the consumer `sales` has counted of a payment, over all days. */
function soldBy(id: string, stream: readonly NewDomainEvent[]): { captured: number; refunded: number } {
  const sold = { captured: 0, refunded: 0 };
  for (const event of streamAt('2026-01-01T00:00:00.000Z', 'payment', id, stream)) {
    const { captured = 0, refunded = 0 } = salesChanges(event as DomainEvent)?.add ?? {};
    sold.captured += captured;
    sold.refunded += refunded;
  }
  return sold;
}

/** What orders and payments say of each other, once every message has been handled. */
function checkOrders(books: Books): void {
  for (const id of ORDERS) {
    const order: OrderState = books.state(orderAggregate, id);
    if (order.status === 'none') throw new Error('it was placed');
    const types = (books.streams.get(`order-${id}`) ?? []).map(({ eventType }) => eventType);
    expect(paidAmount(order)).toBeLessThanOrEqual(TOTAL);
    expect(types.includes('OrderPaid')).toBe(paidAmount(order) === TOTAL);
    if (order.status !== 'cancelled') expect(order.status === 'paid').toBe(paidAmount(order) === TOTAL);
  }
  for (const id of idsOf(books, 'payment')) {
    const state: PaymentState = books.state(paymentAggregate, id);
    if (state.status === 'none') continue;
    const { kept } = balanceOf(state);
    const taken = takenFrom(books, id);
    // A refund that failed waits for a person.
    expect(kept - state.notRefunded).toBeLessThanOrEqual(taken);
    // What was taken is kept, unless somebody gave it back or took it back by themselves.
    const stream = books.streams.get(`payment-${id}`) ?? [];
    const isForeign = stream.some(
      (event) =>
        event.eventType === 'PaymentChargedBack' ||
        (event.eventType === 'RefundRequested' && event.data.refundId.startsWith('hand-')) ||
        (event.eventType === 'PaymentRefunded' && event.data.refundId.startsWith('p-')) ||
        (event.eventType === 'PaymentRefunded' && event.data.refundId.startsWith('x-')),
    );
    if (!isForeign) expect(kept).toBeGreaterThanOrEqual(taken);
  }
}
