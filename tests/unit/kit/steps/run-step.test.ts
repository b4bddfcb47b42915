import { expect, test } from '@jest/globals';
import { InvalidEnvelope, UnknownEventType } from '#kit/events/unreadable-event.ts';
import { isLost, type StepCheckpoint } from '#kit/steps/checkpoint.ts';
import { runStep } from '#kit/steps/run-step.ts';
import { counterMemory } from '#tests/support/counter/memory.ts';

const key = { pk: 'LINE', sk: '1' };
const settings = { EVENTS_TABLE: 'events', READ_MODEL_TABLE: 'read-model', MAX_RECEIVE_COUNT: '5' };

async function lastErrorAfter(error: Error, receiveCount: number) {
  const { runtime, readModel } = counterMemory({ settings });
  const checkpoint: StepCheckpoint = { step: 3, ended: false, movedAt: 0 };
  readModel.put({ ...key, ...checkpoint });
  const work = async () => {
    throw error;
  };
  const step = { key, number: 3, receiveCount, checkpoint, work, sendNext: async () => {}, log: () => {} };
  await expect(runStep(runtime, step)).rejects.toBe(error);
  return readModel.get(key)?.lastError;
}

// Whoever waits for the line sends again what is lost; a step in the dead letters comes back by a redrive.
test.each([
  ['fails for the last time', new Error('throttled'), 5, true],
  ['will be tried again', new Error('throttled'), 4, false],
  ['no try will make readable', new InvalidEnvelope([]), 1, true],
  ['waits for newer code', new UnknownEventType('CounterDoubled'), 1, false],
])('A step that %s is noted as what it is', async (_, error, receiveCount, final) => {
  expect(await lastErrorAfter(error, receiveCount)).toMatchObject({ final });
});

test('A step that waits for newer code for hours is not sent a second time; one that is lost is', () => {
  const line: StepCheckpoint = { step: 3, ended: false, movedAt: 0 };
  const waiting = { ...line, lastError: { error: 'newer', final: false, waits: true as const } };
  const MINUTE = 60_000;
  expect([isLost(line, MINUTE, MINUTE), isLost(line, MINUTE + 1, MINUTE)]).toEqual([false, true]);
  expect(isLost(waiting, 179 * MINUTE, MINUTE)).toBe(false);
  expect(isLost(waiting, 181 * MINUTE, MINUTE)).toBe(true);
  expect(isLost({ ...line, lastError: { error: 'no', final: true } }, 181 * MINUTE, MINUTE)).toBe(false);
  expect(isLost({ ...line, ended: true }, 181 * MINUTE, MINUTE)).toBe(false);
});
