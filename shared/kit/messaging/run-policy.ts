import type { Runtime } from '#kit/config/runtime.ts';
import { handleCommand } from '#kit/event-store/handle-command.ts';
import {
  type CombiningAggregate,
  handleTogether,
  type JointOutcome,
  type JointRequest,
} from '#kit/event-store/handle-together.ts';
import { type LoadedStream, loadStream } from '#kit/event-store/snapshots.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import {
  type AnyAggregate,
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
import { type Ask, Gathering } from './gathering.ts';
import { each } from './handle-batch.ts';
import { allSettledOrThrow, createKeyedMutex, type WithLock } from './keyed-mutex.ts';

/**
 * The Lambda handler of a consumer that answers events with commands. Each command is exactly once for its event,
 * however often the event arrives and wherever the process was killed. Commands of a batch to one stream wait for each
 * other; where the aggregate combines them (`Aggregate.combine`), they are handled together as soon as every message of
 * the batch has come so far. A command to a stream whose state the reaction has asked for is decided on that, and reads the
 * stream again only where it has moved on. A policy that depends on settings is a function here: it is called for each message.
 * AWS calls for each command: those of `handleCommand`, or for all of them together those of `handleTogether`.
 */
export function createPolicyConsumer<Event extends StoredEvent>(
  runtime: Runtime,
  policy: Policy<Event> | (() => Policy<Event>),
): ReturnType<typeof createConsumer> {
  const withLock = createKeyedMutex();
  const policyOf = typeof policy === 'function' ? policy : () => policy;
  return createConsumer(runtime, (deliveries) => {
    const together: Together = new Gathering((asks) => void settleTogether(runtime, asks));
    const handleOne = (event: Event) =>
      together.during(() => runPolicy(runtime, policyOf(), event, { withLock, together }));
    return each(handleOne, { concurrency: deliveries.length })(deliveries);
  });
}

interface Issued {
  command: PolicyCommand;
  streamId: string;
  request: JointRequest<PolicyCommand['command']>;
}

type Together = Gathering<Issued, JointOutcome<unknown>>;

/** By its id: what a reaction has read of a stream that it has not sent a command to since. */
type Seen = Map<string, LoadedStream<unknown>>;

interface Ways {
  withLock: WithLock;
  together: Together;
}

/** Runs the policy because of one event, to its end. Throws what `handleCommand` throws, but not what is tolerated. */
async function runPolicy<Event extends StoredEvent>(
  runtime: Runtime,
  policy: Policy<Event>,
  event: Event,
  ways: Ways,
): Promise<void> {
  const seen: Seen = new Map();
  const issueAll = (commands: readonly PolicyCommand[]) =>
    issueCommands(runtime, policy.consumer, event, commands, { ...ways, seen });
  const answer = (request: PolicyRequest) =>
    request.type === 'outcomes'
      ? issueAll(request.commands)
      : answerWithoutCommands(runtime, event, request, seen);
  await issueAll((await react(policy, event, answer)) ?? []);
}

/** All of them, also after one that fails; throws the first failure then. */
async function issueCommands(
  runtime: Runtime,
  consumer: string,
  cause: StoredEvent,
  commands: readonly PolicyCommand[],
  { withLock, together, seen }: Ways & { seen: Seen },
): Promise<Outcome<unknown>[]> {
  const all = commands.map((command) => issuedOf(runtime, consumer, cause, command, seen));
  const joint = all.filter(({ command }) => command.aggregate.combine);
  const jointly = together.ask(joint);
  return allSettledOrThrow(
    all.map(async (one) => {
      const outcome = one.command.aggregate.combine
        ? (await jointly)[joint.indexOf(one)]
        : await withLock(one.streamId, () => handleAlone(runtime, one, seen));
      return outcomeOf(one.command, outcome);
    }),
  );
}

/** Answers what a policy asks for, unless that is to issue commands. AWS calls: one consistent query for a state. */
export async function answerWithoutCommands(
  runtime: Runtime,
  event: StoredEvent,
  request: Exclude<PolicyRequest, { type: 'outcomes' }>,
  seen: Seen = new Map(),
): Promise<unknown> {
  switch (request.type) {
    case 'state':
      return stateOf(runtime, request, seen);
    case 'warn':
      return runtime.logger.warn(request.message, { ...logContextOf(event), ...request.fields });
  }
}

async function stateOf(
  runtime: Runtime,
  { aggregate, aggregateId }: Pick<Condition, 'aggregate' | 'aggregateId'>,
  seen: Seen,
): Promise<unknown> {
  const loaded = await loadStream(runtime, aggregate, aggregateId);
  seen.set(streamIdOf(aggregate.type, aggregateId), loaded);
  return loaded.state;
}

function issuedOf(
  runtime: Runtime,
  consumer: string,
  cause: StoredEvent,
  policyCommand: PolicyCommand,
  seen: Seen,
): Issued {
  const { aggregate, aggregateId, command, onlyIf } = policyCommand;
  const streamId = streamIdOf(aggregate.type, aggregateId);
  return {
    command: policyCommand,
    streamId,
    request: {
      command,
      metadata: consumerMetadata(runtime, consumer, cause, streamId, command),
      ...(onlyIf && { onlyIf: async () => onlyIf.holds(await stateOf(runtime, onlyIf, seen)) }),
    },
  };
}

async function handleAlone(
  runtime: Runtime,
  { command: { aggregate, aggregateId, creates = false }, request, streamId }: Issued,
  seen: Seen,
): Promise<JointOutcome<unknown>> {
  const before = seen.get(streamId);
  seen.delete(streamId);
  try {
    const { state } = await handleCommand(runtime, aggregate as AnyAggregate, {
      aggregateId,
      creates,
      seen: before,
      ...request,
    });
    return { state };
  } catch (error) {
    return { error };
  }
}

/** Handles the commands to each stream together. */
async function settleTogether(
  runtime: Runtime,
  asks: readonly Ask<Issued, JointOutcome<unknown>>[],
): Promise<void> {
  const byStream = Map.groupBy(asks, ({ request }) => request.streamId);
  await Promise.all(
    [...byStream.values()].map(async (group) => {
      const outcomes = await handleGroup(runtime, group);
      for (const [index, { settle }] of group.entries()) settle(outcomes[index] ?? { state: undefined });
    }),
  );
}

async function handleGroup(
  runtime: Runtime,
  group: readonly Ask<Issued, JointOutcome<unknown>>[],
): Promise<JointOutcome<unknown>[]> {
  const [first] = group;
  if (!first) return [];
  const { aggregate, aggregateId } = first.request.command;
  const requests = group.map(({ request }) => request.request);
  try {
    return await handleTogether(
      runtime,
      aggregate as CombiningAggregate<unknown, PolicyCommand['command'], NewEvent>,
      aggregateId,
      requests,
    );
  } catch (error) {
    return group.map(() => ({ error }));
  }
}

/** Throws what the command failed with, unless the policy may live with it. */
function outcomeOf(command: PolicyCommand, outcome: JointOutcome<unknown> | undefined): Outcome<unknown> {
  if (!outcome || !('error' in outcome)) return { state: outcome?.state };
  const { error } = outcome;
  if (!(error instanceof CommandRejected) || !isTolerated(command, error.rule)) throw error;
  return { rejected: error.rule };
}
