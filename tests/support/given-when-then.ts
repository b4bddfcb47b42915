import { registry } from '#domain/index.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import type { NewEvent } from '#kit/events/event.ts';
import { specificationOf as specificationIn } from './specification.ts';

/** Given/when/then of an aggregate of the shop; see `specification.ts`. */
export const specificationOf = <State, Command, Event extends NewEvent>(
  aggregate: Aggregate<State, Command, Event>,
) => specificationIn(aggregate, registry);
