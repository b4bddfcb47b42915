import type { Aggregate } from '#kit/events/aggregate.ts';
import { type CustomerCommand, decide } from './decide.ts';
import type { CustomerEvent } from './events.ts';
import { type CustomerState, evolve } from './evolve.ts';

export type { CustomerCommand, CustomerEvent, CustomerState };

export const customerAggregate: Aggregate<CustomerState, CustomerCommand, CustomerEvent> = {
  type: 'customer',
  initialState: { status: 'none' },
  decide,
  evolve,
};
