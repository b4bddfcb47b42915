import { expect } from '@jest/globals';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler as createRebuild } from '#functions/operations/rebuild/handler.ts';
import type { RuntimeParts } from '#kit/config/runtime.ts';
import { type Checkpoint, keyOf } from '#kit/projections/rebuild/checkpoint.ts';
import { commitStep } from '#kit/steps/checkpoint.ts';
import { rightsFor } from './aws-calls.ts';
import { eventually } from './eventually.ts';
import type { RecordedSystem } from './recorded-system.ts';
import { sqsEvent } from './sqs-event.ts';

/** A rebuild of the projection, there and back, with a step that fails and one that is lost. */
export async function rebuilding(the: RecordedSystem, projection: string): Promise<void> {
  const call = async (action: string, parts: RuntimeParts = {}) =>
    createRebuild(the.runtimeOf('rebuild', parts))({ projection, action, segments: 1 });
  const reach = (phase: string | undefined) =>
    eventually(async () => expect((await call('advance')).other?.phase).toBe(phase));

  const late = { settings: { PROPAGATION_SECONDS: '900' } };
  const { other } = await call('start', late);
  const { createHandler } = await import(`../../functions/projections/${projection}/handler.ts`);
  const segment = { projection, generation: other?.generation ?? 0, phase: 'filling' as const, segment: 0 };
  const deliver = async (receiveCount: number, parts: Parameters<typeof the.runtimeOf>[1]) => {
    const event = sqsEvent([{} as DomainEvent], receiveCount);
    for (const one of event.Records) {
      one.body = JSON.stringify({ ...segment, number: 0 });
      one.messageAttributes = { messageType: { stringValue: 'rebuild-step', dataType: 'String' } };
    }
    return createHandler(the.runtimeOf(projection, parts))(event);
  };
  const unreachable = (command: object) => {
    if (command.constructor.name === 'ScanCommand') throw new Error('an outage');
  };
  expect((await deliver(1, { fails: unreachable })).batchItemFailures).toHaveLength(1);
  // As a crash leaves it that comes between the checkpoint and the next step, which is lost again.
  const tally = {
    phase: segment.phase,
    segment: 0,
    scanned: 0,
    done: 0,
    repaired: 0,
    differing: 0,
    examples: [],
    ended: false,
  };
  await commitStep<Checkpoint>(the.system.runtimeOf(projection), keyOf(segment), 0, tally);
  const lose = async (command: object) =>
    the.called.add(projection, rightsFor(command, the.system.stack)) ?? {};
  expect((await deliver(2, { sqs: { send: lose } as never })).batchItemFailures).toEqual([]);
  await call('advance', { ...late, now: () => Date.now() + 1_000_000 });

  await reach('ready');
  await call('switch');
  await call('drop', { settings: { PROPAGATION_SECONDS: '0' } });
  await reach(undefined);
}
