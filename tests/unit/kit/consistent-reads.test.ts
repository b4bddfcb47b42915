import { describe, expect, test } from '@jest/globals';
import { createRuntime, type Runtime } from '#kit/config/runtime.ts';
import { readTickState } from '#kit/deadlines/tick-state.ts';
import { lastEvent, lastVersion } from '#kit/event-store/last-version.ts';
import { load } from '#kit/event-store/load.ts';
import { readGenerations } from '#kit/projections/generations.ts';
import { project } from '#kit/projections/project.ts';
import { readCheckpoint, readCheckpoints } from '#kit/projections/rebuild/checkpoint.ts';
import { compare } from '#kit/projections/rebuild/compare.ts';
import { eventsPage, generationPage } from '#kit/projections/rebuild/scan.ts';
import { counterApplication } from '#tests/support/counter/application.ts';
import { counterStream } from '#tests/support/counter/streams.ts';
import { counterProjection, counters } from '#tests/support/counter/views.ts';
import { silentLogger } from '#tests/support/silent-logger.ts';

interface Read {
  name: string;
  consistent: boolean;
}

type Input = { ConsistentRead?: boolean; RequestItems?: Record<string, { ConsistentRead?: boolean }> };

const READS = ['GetCommand', 'QueryCommand', 'BatchGetCommand', 'ScanCommand'];

/** Two empty tables that note every read. */
function recorded() {
  const reads: Read[] = [];
  const send = async (command: { constructor: { name: string }; input: Input }) => {
    const { name } = command.constructor;
    const { ConsistentRead, RequestItems } = command.input;
    const each = RequestItems && Object.values(RequestItems).every((request) => request.ConsistentRead);
    if (READS.includes(name)) reads.push({ name, consistent: (each ?? ConsistentRead) === true });
    return {};
  };
  const runtime = createRuntime(counterApplication, {
    dynamo: { send } as unknown as Runtime['dynamo'],
    sleep: async () => undefined,
    logger: silentLogger(),
    settings: { EVENTS_TABLE: 'events', READ_MODEL_TABLE: 'read-model' },
  });
  return { runtime, reads };
}

const stream = counterStream('c1', '2026-05-01T12:00:00.000Z');
const segment = { segment: 0, segments: 1, startKey: undefined };
const checkpoint = { projection: 'counter-view', generation: 2, phase: 'filling', segment: 0 } as const;

// A stale answer of any of these would lose an event, or take a view, a generation or a step for what it was before.
const readers: [name: string, read: (runtime: Runtime) => Promise<unknown>, commands: string[]][] = [
  ['a stream', (runtime) => load(runtime, 'counter-c1'), ['QueryCommand']],
  [
    'the rest of a stream',
    (runtime) => load(runtime, 'counter-c1', { after: 2, limit: 1 }),
    ['QueryCommand'],
  ],
  ['the version of a stream', (runtime) => lastVersion(runtime, 'counter-c1'), ['QueryCommand']],
  ['the last event of a stream', (runtime) => lastEvent(runtime, 'counter-c1'), ['QueryCommand']],
  ['the generations of a projection', (runtime) => readGenerations(runtime, 'counter-view'), ['GetCommand']],
  ['a checkpoint', (runtime) => readCheckpoint(runtime, checkpoint), ['GetCommand']],
  [
    'the checkpoints of a generation',
    (runtime) => readCheckpoints(runtime, 'counter-view', 2),
    ['QueryCommand'],
  ],
  [
    'the views that a rebuild compares, and the versions of their streams',
    (runtime) =>
      compare(runtime, counterProjection, { next: 2, live: 1 }, ['counter-c1']).catch(() => undefined),
    ['QueryCommand', 'BatchGetCommand'],
  ],
  [
    'the events that a new generation is filled with',
    (runtime) => eventsPage(runtime, counterProjection, segment),
    ['ScanCommand'],
  ],
  [
    'the keys of a generation',
    (runtime) => generationPage(runtime, counterProjection, 2, segment),
    ['ScanCommand'],
  ],
  ['where the last tick stopped', (runtime) => readTickState(runtime), ['GetCommand']],
];

describe('Strongly consistent is the read of', () => {
  test.each(readers)('%s', async (_, read, commands) => {
    const { runtime, reads } = recorded();
    await read(runtime);
    expect([...new Set(reads.map(({ name }) => name))]).toEqual(commands);
    expect(reads.filter(({ consistent }) => !consistent)).toEqual([]);
  });
});

test('A view is read at half the price, and the events that it lacks are not', async () => {
  const { runtime, reads } = recorded();
  await project(runtime, counters, stream.slice(2, 3)).catch(() => undefined);
  expect(reads).toMatchObject([
    { name: 'GetCommand', consistent: false },
    { name: 'QueryCommand', consistent: true },
  ]);
});
