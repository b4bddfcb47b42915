import { describe, expect, it } from '@jest/globals';
import {
  type CustomsDeclarationEvent,
  type CustomsDeclarationView,
  customsDeclarationAggregate,
  customsDeclarationView,
} from '#domain/customs-declaration.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(customsDeclarationAggregate);

const facts = {
  orderId: 'o-1',
  customerId: 'ada',
  country: 'FR',
  currency: 'USD',
  value: 2_500,
  items: [{ sku: 'TEA-01', name: 'Green tea', quantity: 2, unitPrice: 1_250 }],
  dueAt: '2026-01-02T00:00:00.000Z',
};
const decision = { by: 'grace', note: 'Accepted as MRN 26FR1.' };

const open = { type: 'open' as const, ...facts };
const clear = { type: 'clear' as const, ...decision };
const refuse = { type: 'refuse' as const, ...decision };
const close = { type: 'close' as const, reason: 'order_cancelled' };

const opened: CustomsDeclarationEvent = { eventType: 'CustomsDeclarationOpened', data: facts };
const cleared: CustomsDeclarationEvent = { eventType: 'CustomsDeclarationCleared', data: decision };
const refused: CustomsDeclarationEvent = { eventType: 'CustomsDeclarationRefused', data: decision };
const escalated: CustomsDeclarationEvent = {
  eventType: 'CustomsDeclarationEscalated',
  data: { dueAt: facts.dueAt, country: 'FR' },
};
const closed: CustomsDeclarationEvent = {
  eventType: 'CustomsDeclarationClosed',
  data: { reason: 'order_cancelled' },
};

describe('opening a customs declaration', () => {
  it('opens', () => given().when(open).thenEvents(opened));
  it.each([
    ['open', [opened]],
    ['decided', [opened, cleared]],
    ['closed', [opened, closed]],
  ])('of an order whose declaration is %s yields nothing, whatever it says', (_, history) =>
    given(...history)
      .when({ ...open, value: 1, dueAt: '2027-01-01T00:00:00.000Z' })
      .thenNothing(),
  );
});

describe('deciding on a customs declaration', () => {
  it('clears', () => given(opened).when(clear).thenEvents(cleared));
  it('refuses', () => given(opened).when(refuse).thenEvents(refused));
  it('is possible after the escalation', () => given(opened, escalated).when(refuse).thenEvents(refused));
  it('the same again yields nothing', () => {
    given(opened, cleared).when(clear).thenNothing();
    given(opened, refused).when(refuse).thenNothing();
  });
  it.each([
    ['the opposite', refuse],
    ['by another person', { ...clear, by: 'linus' }],
    ['with another note', { ...clear, note: 'On second thought.' }],
  ])('%s after a clearance is refused', (_, command) =>
    given(opened, cleared).when(command).thenRejected('customs_declaration_already_decided'),
  );
  it('a clearance after a refusal is refused', () =>
    given(opened, refused).when(clear).thenRejected('customs_declaration_already_decided'));
  it('of a closed one is refused', () =>
    given(opened, closed).when(clear).thenRejected('customs_declaration_closed'));
  it('needs a declaration', () => given().when(refuse).thenRejected('customs_declaration_not_found'));
});

describe('a customs declaration that nobody decides', () => {
  it('is escalated at its deadline, and later', () => {
    given(opened).whenDue().thenEvents(escalated);
    given(opened).whenDue({ lateMs: 3_600_000 }).thenEvents(escalated);
  });
  it.each([
    ['cleared', [opened, cleared]],
    ['refused', [opened, refused]],
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

describe('closing a customs declaration', () => {
  it('closes an open one, escalated or not', () => {
    given(opened).when(close).thenEvents(closed);
    given(opened, escalated).when(close).thenEvents(closed);
  });
  it.each([
    ['that is not there', []],
    ['that is decided', [opened, cleared]],
    ['that is closed', [opened, closed]],
  ])('one %s yields nothing', (_, history) =>
    given(...history)
      .when(close)
      .thenNothing(),
  );
});

describe('the state of a customs declaration', () => {
  const { evolve, initialState } = customsDeclarationAggregate;

  it.each([
    ['a decision before the opening', [cleared]],
    ['a second opening', [opened, opened]],
    ['a second decision', [opened, cleared, refused]],
    ['an escalation after a decision', [opened, cleared, escalated]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });
});

describe('the view of a customs declaration', () => {
  const viewOf = (...events: CustomsDeclarationEvent[]) =>
    storedStream('customs-declaration', 'o-1', events).reduce<CustomsDeclarationView | undefined>(
      customsDeclarationView,
      undefined,
    );

  it('shows an open one with its goods and its deadline', () => {
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
    [cleared, 'cleared'],
    [refused, 'refused'],
  ])('shows who decided what, when and why', (event, status) => {
    expect(viewOf(opened, event)).toMatchObject({
      status,
      decidedAt: timeOf(2),
      decidedBy: 'grace',
      note: 'Accepted as MRN 26FR1.',
      updatedAt: timeOf(2),
      version: 2,
    });
  });

  it('shows why it was closed', () => {
    expect(viewOf(opened, closed)).toMatchObject({ status: 'closed', closedReason: 'order_cancelled' });
  });

  it('has no beginning but the opening', () => {
    expect(() => viewOf(cleared)).toThrow(InvalidEventSequence);
  });
});
