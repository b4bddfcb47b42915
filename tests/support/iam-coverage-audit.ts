import { expect } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import type { DomainEvent } from '#domain/index.ts';
import { createHandler as createAudit } from '#functions/operations/audit/handler.ts';
import { AUDIT_STEP, readLanes } from '#functions/operations/audit/lane.ts';
import { laneName } from '#functions/operations/audit/lane-span.ts';
import { readState } from '#functions/operations/audit/state.ts';
import { createHandler as createSteps } from '#functions/operations/audit-steps/handler.ts';
import type { RecordedSystem } from './recorded-system.ts';
import { sqsEvent } from './sqs-event.ts';

const MINUTE = 60_000;

/** An audit that leaves everything to lanes, while everything is missing: with a step that fails, one that is late and one that is lost. */
export async function auditInLanes(the: RecordedSystem): Promise<void> {
  const at = (minutes: number) => ({ now: () => Date.now() + minutes * MINUTE });
  // Its first run begins a day ago.
  const run = (minutes: number) =>
    createAudit(the.runtimeOf('audit', at(minutes)))({ scheduled: true, inline: 0 });
  await run(10);
  const runtime = { ...the.system.runtimeOf('audit'), dynamo: the.system.dynamo };
  const { auditedTo, open } = (await readState(runtime)).passes.first;
  expect(Object.keys(open?.divided ?? {}).length).toBeGreaterThan(5);
  await run(30);

  const of = { pass: 'first' as const, window: new Date(auditedTo).toISOString() };
  const lanes = await readLanes(runtime, of);
  const deliver = (lane: string, number: number, parts: Parameters<typeof the.runtimeOf>[1]) =>
    createSteps(the.runtimeOf('audit-steps', parts))(stepEvent({ ...of, lane, number }));
  const [first] = lanes.map(laneName);
  if (!first) throw new Error('no lane');
  const unreachable = (command: object) => {
    if (command.constructor.name === 'QueryCommand') throw new Error('an outage');
  };
  expect((await deliver(first, 0, { fails: unreachable })).batchItemFailures).toHaveLength(1);
  let late = Date.now();
  const hurried = () => {
    late += MINUTE;
    return late;
  };
  expect((await deliver(first, 0, { now: hurried })).batchItemFailures).toEqual([]);
  await Promise.all(
    lanes.map(async (lane) => deliver(laneName(lane), laneName(lane) === first ? 1 : 0, at(10))),
  );
  expect((await readLanes(runtime, of)).every(({ ended }) => ended)).toBe(true);
}

function stepEvent(step: object): SQSEvent {
  const event = sqsEvent([{} as DomainEvent], 1);
  for (const record of event.Records) {
    record.body = JSON.stringify(step);
    record.messageAttributes = { messageType: { stringValue: AUDIT_STEP, dataType: 'String' } };
  }
  return event;
}
