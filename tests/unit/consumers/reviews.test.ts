import { describe, expect, test } from '@jest/globals';
import { application } from '#application';
import type { DomainEvent, NewDomainEvent } from '#domain/index.ts';
import { customs } from '#functions/consumers/customs/policy.ts';
import { fraudReview } from '#functions/consumers/fraud-review/policy.ts';
import { orderHolds } from '#functions/consumers/order-holds/policy.ts';
import type { Policy } from '#kit/events/policy.ts';
import { planned } from '#tests/support/policies.ts';
import { cancellation, orderLife, streamAt } from '#tests/support/streams.ts';

const AT = '2026-05-01T12:00:00.000Z';
const DUE = '2026-05-02T18:00:00.000Z';

const life = orderLife('ada');
const [created, paid, shipped, delivered] = life as [NewDomainEvent, ...NewDomainEvent[]] as NewDomainEvent[];
const order = (...events: (NewDomainEvent | undefined)[]) =>
  streamAt(
    AT,
    'order',
    'o-1',
    events.filter((event) => event !== undefined),
  );

const plan = (policy: Policy<DomainEvent>, event: DomainEvent | undefined, ...streams: DomainEvent[][]) => {
  if (!event) throw new Error('no event');
  return planned(application, policy, event, { streams });
};

const facts = { orderId: 'o-1', customerId: 'ada', country: 'US', currency: 'USD', dueAt: DUE };
const items = [
  { sku: 'MUG', name: 'Mug', quantity: 2, unitPrice: 1_250 },
  { sku: 'PEN', name: 'Pen', quantity: 1, unitPrice: 499 },
];
const risk = { total: 2_999, score: 60, level: 'medium' as const };
const reasons = [
  { rule: 'high_value', points: 20 },
  { rule: 'foreign_country', points: 20 },
  { rule: 'several_of_high_price', points: 10 },
];

describe.each([
  [
    'fraud-review',
    fraudReview({ highValueThreshold: '25.00', homeCountry: 'DE', reviewHours: 30 }),
    { type: 'open', ...facts, ...risk, score: 50, reasons },
  ],
  ['customs-declaration', customs({ reviewHours: 30 }), { type: 'open', ...facts, value: 2_999, items }],
])('A new order, to %s', (aggregate, policy, open) => {
  const stream = `${aggregate}-o-1`;

  test('is opened, to be decided within the hours of the deployment', async () => {
    const placed = order(created);
    expect(await plan(policy, placed[0], placed)).toEqual([[`${stream} due`, open]]);
  });

  test.each([
    ['cancelled before', [cancellation()], 'order_cancelled'],
    ['shipped before', [paid, shipped], 'order_shipped'],
    ['delivered before', [paid, shipped, delivered], 'order_shipped'],
  ])('that was %s is opened and closed', async (_, events, reason) => {
    const stored = order(created, ...events);
    expect(await plan(policy, stored[0], stored)).toEqual([
      [`${stream} due`, open],
      [`${stream} due`, { type: 'close', reason }],
    ]);
  });
});

const decision = { by: 'grace', note: 'Seen.' };
const eventOf = (aggregate: 'fraud-review' | 'customs-declaration', event: NewDomainEvent) =>
  streamAt(AT, aggregate, 'o-1', [event])[0];

describe('A decision', () => {
  const held = { ...(created as { data: object }).data, holds: ['fraud', 'customs'] };
  const waiting = { eventType: 'OrderCreated', data: held } as NewDomainEvent;

  test.each([
    ['fraud-review', 'FraudReviewApproved', 'fraud'],
    ['customs-declaration', 'CustomsDeclarationCleared', 'customs'],
  ] as const)(
    'of %s, %s, releases its hold in the name of whoever decided',
    async (aggregate, eventType, hold) => {
      const event = eventOf(aggregate, { eventType, data: decision });
      expect(await plan(orderHolds, event, order(waiting))).toEqual([
        ['order-o-1 due', { type: 'releaseHold', hold, by: 'grace' }],
      ]);
      expect(await plan(orderHolds, event, order(waiting, cancellation()))).toEqual([
        ['order-o-1 unneeded', { type: 'releaseHold', hold, by: 'grace' }],
      ]);
    },
  );

  test.each([
    ['fraud-review', 'FraudReviewRejected', 'fraud_rejected'],
    ['customs-declaration', 'CustomsDeclarationRefused', 'customs_refused'],
  ] as const)('of %s, %s, cancels the order where it still can be', async (aggregate, eventType, reason) => {
    const event = eventOf(aggregate, { eventType, data: decision });
    const cancel = { type: 'cancel', reason };
    expect(await plan(orderHolds, event, order(waiting))).toEqual([['order-o-1 due', cancel]]);
    expect(await plan(orderHolds, event, order(waiting, cancellation()))).toEqual([
      ['order-o-1 tolerated', cancel, 'order_already_cancelled'],
    ]);
    expect(await plan(orderHolds, event, order(created, paid, shipped))).toEqual([
      ['order-o-1 tolerated', cancel, 'order_already_shipped'],
    ]);
  });
});

describe('A cancelled order', () => {
  const [, cancelled] = order(created, cancellation());
  const close = { type: 'close', reason: 'order_cancelled' };

  test('closes what is open, and leaves what is decided or not there', async () => {
    const opened: NewDomainEvent = { eventType: 'FraudReviewOpened', data: { ...facts, ...risk, reasons } };
    const review = streamAt(AT, 'fraud-review', 'o-1', [opened]);
    expect(await plan(orderHolds, cancelled, review)).toEqual([
      ['fraud-review-o-1 due', close],
      ['customs-declaration-o-1 unneeded', close],
    ]);
    const decided = streamAt(AT, 'fraud-review', 'o-1', [
      opened,
      { eventType: 'FraudReviewApproved', data: decision },
    ]);
    expect(await plan(orderHolds, cancelled, decided)).toEqual([
      ['fraud-review-o-1 unneeded', close],
      ['customs-declaration-o-1 unneeded', close],
    ]);
  });
});
