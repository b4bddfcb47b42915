import { describe, expect, it } from '@jest/globals';
import { type CustomerEvent, type CustomerView, customerAggregate, customerView } from '#domain/customer.ts';
import { InvalidEventSequence } from '#kit/events/unreadable-event.ts';
import { specificationOf } from '#tests/support/given-when-then.ts';
import { storedStream, timeOf } from '#tests/support/stored-events.ts';

const given = specificationOf(customerAggregate);

const registered: CustomerEvent = {
  eventType: 'CustomerRegistered',
  data: { name: 'Ada Lovelace', email: 'ada@example.com' },
};
const renamed: CustomerEvent = { eventType: 'CustomerRenamed', data: { name: 'Ada King' } };

const emailChanged: CustomerEvent = {
  eventType: 'CustomerEmailChanged',
  data: { email: 'ada@king.example' },
};

const register = { type: 'register', name: 'Ada Lovelace', email: 'ada@example.com' } as const;
const rename = { type: 'change', name: 'Ada King' } as const;
const changeEmail = { type: 'change', email: 'ada@king.example' } as const;

describe('registering a customer', () => {
  it('registers', () => given().when(register).thenEvents(registered));
  it('happens once', () => given(registered).when(register).thenRejected('customer_already_registered'));
});

describe('renaming a customer', () => {
  it('renames', () => given(registered).when(rename).thenEvents(renamed));
  it('to the present name yields nothing', () => given(registered, renamed).when(rename).thenNothing());
  it('back to an earlier name is a change', () =>
    given(registered, renamed)
      .when({ type: 'change', name: 'Ada Lovelace' })
      .thenEvents({ eventType: 'CustomerRenamed', data: { name: 'Ada Lovelace' } }));
  it('needs a customer', () => given().when(rename).thenRejected('customer_not_found'));
});

describe("changing a customer's email", () => {
  it('changes', () => given(registered).when(changeEmail).thenEvents(emailChanged));
  it('to the present one yields nothing', () =>
    given(registered, emailChanged).when(changeEmail).thenNothing());
  it('together with the name yields an event for each', () =>
    given(registered)
      .when({ ...rename, ...changeEmail })
      .thenEvents(renamed, emailChanged));
  it('needs a customer', () => given().when(changeEmail).thenRejected('customer_not_found'));
});

describe('changes without end', () => {
  const changed = (times: number) => [registered, ...Array.from({ length: times }, () => renamed)];

  it('are refused, so that reading a customer stays cheap', () => {
    given(...changed(199))
      .when(changeEmail)
      .thenEvents(emailChanged);
    given(...changed(199))
      .when({ type: 'change', name: 'Ada', email: 'a@example.com' })
      .thenRejected('customer_changed_too_often');
    given(...changed(200))
      .when(changeEmail)
      .thenRejected('customer_changed_too_often');
    given(...changed(200))
      .when(rename)
      .thenNothing();
  });
});

describe('the state of a customer', () => {
  const { evolve, initialState } = customerAggregate;

  it('keeps the email through a new name', () => {
    expect([registered, renamed].reduce(evolve, initialState)).toEqual({
      status: 'registered',
      name: 'Ada King',
      email: 'ada@example.com',
      changes: 1,
    });
  });

  it('has the email that came last', () => {
    expect([registered, emailChanged, renamed].reduce(evolve, initialState)).toMatchObject({
      name: 'Ada King',
      email: 'ada@king.example',
    });
  });

  it.each([
    ['a new email before the registration', [emailChanged]],
    ['a new name before the registration', [renamed]],
    ['a second registration', [registered, registered]],
  ])('cannot follow from %s', (_, events) => {
    expect(() => events.reduce(evolve, initialState)).toThrow(InvalidEventSequence);
  });
});

describe('the customer view', () => {
  const viewOf = (...events: CustomerEvent[]) =>
    storedStream('customer', 'ada', events).reduce<CustomerView | undefined>(customerView, undefined);

  it('shows the present name, and when it came', () => {
    expect(viewOf(registered, renamed)).toEqual({
      customerId: 'ada',
      name: 'Ada King',
      email: 'ada@example.com',
      createdAt: timeOf(1),
      updatedAt: timeOf(2),
      version: 2,
    });
  });

  it('shows the present email', () => {
    expect(viewOf(registered, emailChanged)).toMatchObject({ email: 'ada@king.example', version: 2 });
  });

  it('has no beginning but the registration', () => {
    expect(() => viewOf(renamed)).toThrow(InvalidEventSequence);
  });
});
