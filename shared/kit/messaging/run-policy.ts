import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import { load } from '#kit/event-store/load.ts';
import type { Aggregate } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import {
  type Condition,
  isTolerated,
  type Outcome,
  type Policy,
  type PolicyCommand,
  type PolicyRequest,
  react,
} from '#kit/events/policy.ts';
import { logContextOf } from '#kit/observability/log-context.ts';
import { createConsumer } from './consume.ts';
import { consumerMetadata } from './consumer-command.ts';
import { each } from './handle-batch.ts';
import { allSettledOrThrow, createKeyedMutex, type WithLock } from './keyed-mutex.ts';

/**
 * The Lambda handler of a consumer that answers events with commands. Each command is exactly once for its event,
 * however often the event arrives and wherever the process was killed. Commands of a batch to one stream wait for each
 * other. A policy that depends on settings is a function here: it is called for each message.
 * AWS calls for each command: those of `handleCommand`.
 */
export function createPolicyConsumer<Event extends StoredEvent>(
  runtime: Runtime,
  policy: Policy<Event> | (() => Policy<Event>),
): ReturnType<typeof createConsumer> {
  const withLock = createKeyedMutex();
  const policyOf = typeof policy === 'function' ? policy : () => policy;
  return createConsumer(
    runtime,
    each((event: Event) => runPolicy(runtime, policyOf(), event, withLock)),
  );
}

/** Runs the policy because of one event, to its end. Throws what `handleCommand` throws, but not what is tolerated. */
async function runPolicy<Event extends StoredEvent>(
  runtime: Runtime,
  policy: Policy<Event>,
  event: Event,
  withLock: WithLock,
): Promise<void> {
  const issueAll = (commands: readonly PolicyCommand[]) =>
    allSettledOrThrow(commands.map((command) => issue(runtime, policy.consumer, event, command, withLock)));
  const answer = (request: PolicyRequest) =>
    request.type === 'outcomes' ? issueAll(request.commands) : answerWithoutCommands(runtime, event, request);
  await issueAll((await react(policy, event, answer)) ?? []);
}

/** Answers what a policy asks for, unless that is to issue commands. AWS calls: one consistent query for a state. */
export async function answerWithoutCommands(
  runtime: Runtime,
  event: StoredEvent,
  request: Exclude<PolicyRequest, { type: 'outcomes' }>,
): Promise<unknown> {
  switch (request.type) {
    case 'state':
      return stateOf(runtime, request);
    case 'warn':
      return runtime.logger.warn(request.message, { ...logContextOf(event), ...request.fields });
  }
}

async function stateOf(
  runtime: Runtime,
  { aggregate, aggregateId }: Pick<Condition, 'aggregate' | 'aggregateId'>,
): Promise<unknown> {
  const history = await load(runtime, streamIdOf(aggregate.type, aggregateId));
  return history.reduce(aggregate.evolve, aggregate.initialState);
}

async function issue(
  runtime: Runtime,
  consumer: string,
  cause: StoredEvent,
  { aggregate, aggregateId, command, ...options }: PolicyCommand,
  withLock: WithLock,
): Promise<Outcome<unknown>> {
  const streamId = streamIdOf(aggregate.type, aggregateId);
  const metadata = consumerMetadata(runtime, consumer, cause, streamId, command);
  const { creates = false, onlyIf } = options;
  try {
    const { state } = await withLock(streamId, () =>
      handleCommand(runtime, aggregate as Aggregate<unknown, typeof command, NewEvent>, {
        aggregateId,
        command,
        metadata,
        creates,
        ...(onlyIf && { onlyIf: async () => onlyIf.holds(await stateOf(runtime, onlyIf)) }),
      }),
    );
    return { state };
  } catch (error) {
    if (!(error instanceof CommandRejected) || !isTolerated(options, error.rule)) throw error;
    return { rejected: error.rule };
  }
}
