import type { Application } from '#kit/config/application.ts';
import type { StoredEvent } from '#kit/events/event.ts';
import { type Policy, react } from '#kit/events/policy.ts';
import { type PlannedCommand, planPolicy } from '#kit/messaging/plan-policy.ts';

/** A planned command as a test reads it: its stream and status, the command, and the rule that it would break. */
export type Planned = [place: string, command: object, rule?: string];

/**
 * What a policy would do about an event while these streams are stored, without any I/O:
 * `['keeper-ada due', { type: 'close' }]`.
 */
export async function planned<Event extends StoredEvent>(
  application: Application,
  policy: Policy<Event>,
  event: Event,
  { streams = [] }: { streams?: readonly (readonly StoredEvent[])[] } = {},
): Promise<Planned[]> {
  const stored = streams.flat();
  const plan = await planPolicy({ application }, policy, event, {
    load: async ({ type }, id) => ({ events: stored.filter((one) => one.streamId === `${type}-${id}`) }),
  });
  return plan.map(asRead);
}

const asRead = ({ streamId, status, command, rule }: PlannedCommand): Planned =>
  [`${streamId} ${status}`, command, ...(rule === undefined ? [] : [rule])] as Planned;

/** The effect that a policy wants because of an event while these streams are stored, without any I/O. */
export const effectOf = <Event extends StoredEvent, Effect>(
  policy: Policy<Event, Effect>,
  event: Event,
  streams: readonly (readonly StoredEvent[])[] = [],
): Promise<Effect | undefined> =>
  react(policy, event, async (request) => {
    if (request.type !== 'state') throw new Error(`not answered here: ${request.type}`);
    const { aggregate, aggregateId } = request;
    const stored = streams.flat().filter((one) => one.streamId === `${aggregate.type}-${aggregateId}`);
    return stored.reduce(aggregate.evolve, aggregate.initialState);
  });
