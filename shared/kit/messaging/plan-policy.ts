import type { Runtime } from '#kit/config/runtime.ts';
import { fold } from '#kit/events/aggregate.ts';
import { CommandRejected } from '#kit/events/command-rejected.ts';
import { type NewEvent, type StoredEvent, streamIdOf } from '#kit/events/event.ts';
import {
  type AnyAggregate,
  type Asking,
  isTolerated,
  type Outcome,
  type Policy,
  type PolicyCommand,
  type PolicyRequest,
  react,
} from '#kit/events/policy.ts';
import { consumerMetadata } from './consumer-command.ts';

/** A command that the policy would issue because of an event, and what would become of it now. */
export interface PlannedCommand {
  streamId: string;
  aggregateId: string;
  command: { readonly type: string };
  commandId: string;
  /**
   * - `done`: the stream holds the events of this commandId.
   * - `unneeded`: it would yield no event: what it asks for already is so.
   * - `due`: it would append events.
   * - `tolerated`: it would break `rule`, and the policy lives with that.
   * - `rejected`: it would break `rule`, and the message would fail.
   */
  status: 'done' | 'unneeded' | 'due' | 'tolerated' | 'rejected';
  rule?: string;
}

/** From where a plan reads; another one lets a test plan without any I/O. */
export interface PlanSources {
  /** Asked for one stream again, it answers as before. */
  load(aggregate: AnyAggregate, aggregateId: string): Promise<PlannedStream>;
}

/** A stream, or what came after a snapshot of it. */
export interface PlannedStream {
  /** What the snapshot says; absent where `events` are all there are. */
  base?: { state: unknown; commandIds: readonly string[] };
  events: readonly StoredEvent[];
}

/**
 * What the policy would do if this event came now: appends nothing, logs nothing. Later commands are
 * decided as if the earlier ones had been appended. It ends where a command is rejected that
 * the policy does not tolerate.
 */
export async function planPolicy<Event extends StoredEvent>(
  runtime: Pick<Runtime, 'application'>,
  policy: Policy<Event>,
  event: Event,
  sources: PlanSources,
): Promise<PlannedCommand[]> {
  const plan = new Plan(runtime, policy.consumer, event, sources);
  try {
    await plan.addAll((await react(policy, event, (request) => plan.answer(request))) ?? []);
  } catch (error) {
    if (!(error instanceof CommandRejected)) throw error;
  }
  return plan.commands;
}

/** The answer to a question that asks for nothing but states. */
export async function answerOf<Answer>(question: Asking<Answer>, sources: PlanSources): Promise<Answer> {
  let step = question.next();
  while (!step.done) {
    const request = step.value;
    if (request.type !== 'state')
      throw new Error(`a question asks for states alone, and not for ${request.type}`);
    const { base, events } = await sources.load(request.aggregate, request.aggregateId);
    step = question.next(fold(request.aggregate, events, base?.state));
  }
  return step.value;
}

/** True where the event has nothing left to do. */
export const isFulfilled = (plan: readonly PlannedCommand[]): boolean =>
  plan.every(({ status }) => status !== 'due' && status !== 'rejected');

class Plan {
  readonly commands: PlannedCommand[] = [];
  readonly #runtime: Pick<Runtime, 'application'>;
  readonly #consumer: string;
  readonly #event: StoredEvent;
  readonly #sources: PlanSources;
  /** By stream: what the commands so far would append. */
  readonly #appended = new Map<string, NewEvent[]>();

  constructor(
    runtime: Pick<Runtime, 'application'>,
    consumer: string,
    event: StoredEvent,
    sources: PlanSources,
  ) {
    this.#runtime = runtime;
    this.#consumer = consumer;
    this.#event = event;
    this.#sources = sources;
  }

  async answer(request: PolicyRequest): Promise<unknown> {
    switch (request.type) {
      case 'state':
        return this.#stateOf(request.aggregate, request.aggregateId);
      case 'outcomes':
        return this.addAll(request.commands);
      case 'warn':
        return undefined;
    }
  }

  /** All of them, also after one that is rejected; throws that rejection then. */
  async addAll(commands: readonly PolicyCommand[]): Promise<Outcome<unknown>[]> {
    const outcomes: Outcome<unknown>[] = [];
    let rejected: CommandRejected | undefined;
    for (const command of commands) {
      const outcome = await this.#add(command);
      if (outcome instanceof CommandRejected) rejected ??= outcome;
      else outcomes.push(outcome);
    }
    if (rejected) throw rejected;
    return outcomes;
  }

  async #add(command: PolicyCommand): Promise<Outcome<unknown> | CommandRejected> {
    const { aggregate, aggregateId } = command;
    const streamId = streamIdOf(aggregate.type, aggregateId);
    const { commandId } = consumerMetadata(
      this.#runtime,
      this.#consumer,
      this.#event,
      streamId,
      command.command,
    );
    const planned = { streamId, aggregateId, command: command.command, commandId };
    const { base, events: history } = await this.#sources.load(aggregate, aggregateId);
    const last = history.findLastIndex(({ metadata }) => metadata.commandId === commandId);
    if (last >= 0 || base?.commandIds.includes(commandId)) {
      this.commands.push({ ...planned, status: 'done' });
      return { state: fold(aggregate, history.slice(0, last + 1), base?.state) };
    }
    const state = await this.#stateOf(aggregate, aggregateId);
    try {
      const { onlyIf } = command;
      const applies = !onlyIf || onlyIf.holds(await this.#stateOf(onlyIf.aggregate, onlyIf.aggregateId));
      const events: NewEvent[] = applies ? aggregate.decide(command.command, state) : [];
      this.commands.push({ ...planned, status: events.length > 0 ? 'due' : 'unneeded' });
      this.#appended.set(streamId, [...(this.#appended.get(streamId) ?? []), ...events]);
      return { state: fold(aggregate, events, state) };
    } catch (error) {
      if (!(error instanceof CommandRejected)) throw error;
      const { rule } = error;
      const tolerated = isTolerated(command, rule);
      this.commands.push({ ...planned, status: tolerated ? 'tolerated' : 'rejected', rule });
      return tolerated ? { rejected: rule } : error;
    }
  }

  async #stateOf(aggregate: AnyAggregate, aggregateId: string): Promise<unknown> {
    const streamId = streamIdOf(aggregate.type, aggregateId);
    const { base, events } = await this.#sources.load(aggregate, aggregateId);
    const stored = fold(aggregate, events, base?.state);
    return fold(aggregate, this.#appended.get(streamId) ?? [], stored);
  }
}
