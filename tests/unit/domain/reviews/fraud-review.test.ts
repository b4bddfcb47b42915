import { describe, expect, it } from '@jest/globals';
import {
  type FraudReviewEvent,
  type FraudReviewView,
  fraudReviewAggregate,
  fraudReviewView,
} from '#domain/fraud-review.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(fraudReviewAggregate);

const facts = {
  orderId: 'o-1',
  customerId: 'ada',
  total: 129_900,
  currency: 'USD',
  country: 'US',
  score: 20,
  level: 'low' as const,
  reasons: [{ rule: 'high_value', points: 20 }],
  dueAt: '2026-01-02T00:00:00.000Z',
};
const decision = { by: 'grace', note: 'Known customer.' };

const open = { type: 'open' as const, ...facts };
const approve = { type: 'approve' as const, ...decision };
const reject = { type: 'reject' as const, ...decision };
const close = { type: 'close' as const, reason: 'order_cancelled' };

const opened: FraudReviewEvent = { eventType: 'FraudReviewOpened', data: facts };
const approved: FraudReviewEvent = { eventType: 'FraudReviewApproved', data: decision };
const rejected: FraudReviewEvent = { eventType: 'FraudReviewRejected', data: decision };
const escalated: FraudReviewEvent = {
  eventType: 'FraudReviewEscalated',
  data: { dueAt: facts.dueAt, score: 20, level: 'low' },
};
const closed: FraudReviewEvent = { eventType: 'FraudReviewClosed', data: { reason: 'order_cancelled' } };

describe('opening a fraud review', () => {
  it('opens', () => given().when(open).thenEvents(opened));
  it.each([
    ['open', [opened]],
    ['decided', [opened, approved]],
    ['closed', [opened, closed]],
  ])('of an order whose review is %s yields nothing, whatever it says', (_, history) =>
    given(...history)
      .when({ ...open, score: 90, level: 'high', dueAt: '2027-01-01T00:00:00.000Z' })
      .thenNothing(),
  );
});

describe('deciding on a fraud review', () => {
  it('approves', () => given(opened).when(approve).thenEvents(approved));
  it('rejects', () => given(opened).when(reject).thenEvents(rejected));
  it('is possible after the escalation', () => given(opened, escalated).when(reject).thenEvents(rejected));
  it('the same again yields nothing', () => {
    given(opened, approved).when(approve).thenNothing();
    given(opened, rejected).when(reject).thenNothing();
  });
  it.each([
    ['the opposite', reject],
    ['by another person', { ...approve, by: 'linus' }],
    ['with another note', { ...approve, note: 'On second thought.' }],
  ])('%s after an approval is refused', (_, command) =>
    given(opened, approved).when(command).thenRejected('fraud_review_already_decided'),
  );
  it('an approval after a rejection is refused', () =>
    given(opened, rejected).when(approve).thenRejected('fraud_review_already_decided'));
  it('of a closed one is refused', () =>
    given(opened, closed).when(approve).thenRejected('fraud_review_closed'));
  it('needs a review', () => given().when(reject).thenRejected('fraud_review_not_found'));
});

describe('a fraud review that nobody decides', () => {
  it('is escalated at its deadline, and later', () => {
    given(opened).whenDue().thenEvents(escalated);
    given(opened).whenDue({ lateMs: 3_600_000 }).thenEvents(escalated);
  });
  it.each([
    ['approved', [opened, approved]],
    ['rejected', [opened, rejected]],
    ['closed', [opened, closed]],
    ['escalated', [opened, escalated]],
  ])('is not escalated once it is %s', (_, history) =>
    given(...history)
      .whenDue()
      .thenNothing(),
  );
  it('is escalated by its own deadline alone', () =>
    given(opened).when({ type: 'escalate', dueAt: '2026-01-01T00:00:00.000Z' }).thenNothing());
  it('that is not there is not escalated', () =>
    given().when({ type: 'escalate', dueAt: facts.dueAt }).thenNothing());
});

describe('closing a fraud review', () => {
  it('closes an open one, escalated or not', () => {
    given(opened).when(close).thenEvents(closed);
    given(opened, escalated).when(close).thenEvents(closed);
  });
  it.each([
    ['that is not there', []],
    ['that is decided', [opened, approved]],
    ['that is closed', [opened, closed]],
  ])('one %s yields nothing', (_, history) =>
    given(...history)
      .when(close)
      .thenNothing(),
  );
});

describe('the state of a fraud review', () => {
  const { evolve, initialState } = fraudReviewAggregate;

  it.each([
    ['a decision before the opening', [approved]],
    ['a second opening', [opened, opened]],
    ['a second decision', [opened, approved, rejected]],
    ['an escalation after a decision', [opened, approved, escalated]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });
});

describe('the view of a fraud review', () => {
  const viewOf = (...events: FraudReviewEvent[]) =>
    storedStream('fraud-review', 'o-1', events).reduce<FraudReviewView | undefined>(
      fraudReviewView,
      undefined,
    );

  it('shows an open one with its risk and its deadline', () => {
    expect(viewOf(opened)).toEqual({
      ...facts,
      status: 'open',
      createdAt: timeOf(1),
      updatedAt: timeOf(1),
      version: 1,
    });
  });

  it('stays open when it is escalated, and says since when', () => {
    expect(viewOf(opened, escalated)).toMatchObject({ status: 'open', escalatedAt: timeOf(2), version: 2 });
  });

  it.each([
    [approved, 'approved'],
    [rejected, 'rejected'],
  ])('shows who decided what, when and why', (event, status) => {
    expect(viewOf(opened, event)).toMatchObject({
      status,
      decidedAt: timeOf(2),
      decidedBy: 'grace',
      note: 'Known customer.',
      updatedAt: timeOf(2),
      version: 2,
    });
  });

  it('shows why it was closed', () => {
    expect(viewOf(opened, closed)).toMatchObject({ status: 'closed', closedReason: 'order_cancelled' });
  });

  it('has no beginning but the opening', () => {
    expect(() => viewOf(approved)).toThrow(InvalidEventSequence);
  });
});
