import type { Runtime } from '#kit/config/runtime.ts';
import type { MessageHandlers } from '#kit/messaging/delivery.ts';
import { type OtherGeneration, readGenerations } from '#kit/projections/generations.ts';
import type { Projection } from '#kit/projections/projection.ts';
import { runStep } from '#kit/steps/run-step.ts';
import { type Checkpoint, type Counters, keyOf, readCheckpoint } from './checkpoint.ts';
import { compare } from './compare.ts';
import { drop } from './drop.ts';
import { fillFrom, runsOfStreams } from './fill.ts';
import { eventsPage, keyOfEvent, type Page, type StartKey, streamsPage } from './scan.ts';
import { REBUILD_STEP, readStep, type Step, sendSteps } from './step.ts';

/**
 * A step begins nothing new after this: the events that came in its batch, handled at the same time, are not kept
 * waiting for their deletion, and the pollers of the queue are free again for others.
 */
export const STEP_MS = 2_000;

/** So many streams are worked on at once; with both their views one batch get. */
export const STREAMS_AT_ONCE = 25;

const EXAMPLES = 5;

/**
 * Does one step of a rebuild, as `runStep` of kit/steps does. Dropped as well is what was overtaken by a switch or the end of
 * the phase. A lost message is sent again by the function `rebuild`. AWS calls: two gets, and those of `runStep`.
 */
async function runRebuildStep(
  runtime: Runtime,
  projection: Projection,
  given: unknown,
  receiveCount: number,
): Promise<void> {
  const step = readStep(given);
  const [{ live, other }, checkpoint] = await Promise.all([
    readGenerations(runtime, projection.name),
    readCheckpoint(runtime, step),
  ]);
  const isDue =
    step.projection === projection.name &&
    other?.generation === step.generation &&
    other.phase === step.phase;
  await runStep<Checkpoint>(runtime, {
    key: keyOf(step),
    number: step.number,
    receiveCount,
    checkpoint: isDue ? checkpoint : undefined,
    async work(from) {
      if (!other) throw new Error('no other generation');
      const { phase, segment } = step;
      return {
        phase,
        segment,
        ...(await work(runtime, projection, { live, other, step, checkpoint: from })),
      };
    },
    sendNext: () => sendNext(runtime, step),
    log: (outcome) => log(runtime, step, outcome),
  });
}

/** For `createProjectionConsumer`: the steps of a rebuild, among the events of the projection's queue. */
export const rebuildSteps = (runtime: Runtime, projection: Projection): MessageHandlers => ({
  [REBUILD_STEP]: (step, receiveCount) => runRebuildStep(runtime, projection, step, receiveCount),
});

type Progress = Counters & { startKey?: StartKey; ended: boolean };

interface Work {
  live: number;
  other: OtherGeneration;
  step: Step;
  checkpoint: Checkpoint;
}

async function work(runtime: Runtime, projection: Projection, given: Work): Promise<Progress> {
  const { other, step, checkpoint } = given;
  const deadline = runtime.now() + STEP_MS;
  const { scanned, done, repaired, differing, examples } = checkpoint;
  const counters: Counters = { scanned, done, repaired, differing, examples: [...examples] };
  if (step.phase === 'dropping') {
    const { segment, generation } = step;
    const from = { segment, segments: other.segments, startKey: checkpoint.startKey, deadline };
    const dropped = await drop(runtime, projection, generation, from);
    counters.scanned += dropped.scanned;
    counters.done += dropped.deleted;
    const { startKey } = dropped;
    return { ...counters, ...(startKey && { startKey }), ended: startKey === undefined };
  }
  const scan = { segment: step.segment, segments: other.segments };
  const from = { startKey: checkpoint.startKey, counters, deadline };
  if (step.phase === 'filling') {
    return walk(runtime, from, {
      read: (startKey) => eventsPage(runtime, projection, { ...scan, startKey }),
      unitsOf: runsOfStreams,
      keyOf: (events) => keyOfEvent(events.at(-1)),
      async work(streams) {
        await fillFrom(runtime, projection, other.generation, streams);
        // A stream that goes on from an earlier page was counted there.
        counters.done += streams.filter(([first]) => first?.version === 1).length;
      },
    });
  }
  return walk(runtime, from, {
    read: (startKey) => streamsPage(runtime, projection, { ...scan, startKey }),
    unitsOf: (entries) => entries,
    keyOf: (entry) => entry,
    async work(entries) {
      const streamIds = entries.map(({ streamId }) => streamId);
      const generations = { next: other.generation, live: given.live };
      const { repaired, differing } = await compare(runtime, projection, generations, streamIds);
      counters.repaired += repaired.length;
      counters.differing += differing.length;
      counters.examples.push(...differing.slice(0, EXAMPLES - counters.examples.length));
      counters.done += entries.length;
    },
  });
}

interface Walk<Item, Unit> {
  read(startKey: StartKey | undefined): Promise<Page<Item>>;
  /** What is worked on as a whole, in the order of the page. */
  unitsOf(items: Item[]): Unit[];
  /** Where a scan goes on after it. */
  keyOf(unit: Unit): StartKey | undefined;
  work(units: Unit[]): Promise<void>;
}

/** Works on pages of a segment until its end or the deadline, and ends in the middle of a page where it is late. */
async function walk<Item, Unit>(
  runtime: Runtime,
  from: { startKey: StartKey | undefined; counters: Counters; deadline: number },
  { read, unitsOf, keyOf, work: workOn }: Walk<Item, Unit>,
): Promise<Progress> {
  const { counters, deadline } = from;
  let { startKey } = from;
  do {
    const page = await read(startKey);
    const units = unitsOf(page.items);
    for (let at = 0; at < units.length; at += STREAMS_AT_ONCE) {
      const some = units.slice(at, at + STREAMS_AT_ONCE);
      await workOn(some);
      const isPageDone = at + STREAMS_AT_ONCE >= units.length;
      const last = some.at(-1);
      const goOn = last && keyOf(last);
      if (goOn && !isPageDone && runtime.now() >= deadline) {
        counters.scanned += Math.round((page.scanned * (at + some.length)) / units.length);
        return { ...counters, startKey: goOn, ended: false };
      }
    }
    counters.scanned += page.scanned;
    startKey = page.next;
  } while (startKey && runtime.now() < deadline);
  return { ...counters, ...(startKey && { startKey }), ended: startKey === undefined };
}

const sendNext = (runtime: Runtime, step: Step): Promise<void> =>
  sendSteps(runtime, runtime.setting('QUEUE_URL'), [{ ...step, number: step.number + 1 }]);

const log = (runtime: Runtime, step: Step, outcome: string): void =>
  runtime.logger.info(`rebuild, ${step.phase}: step ${step.number} of segment ${step.segment} ${outcome}`, {
    ...step,
    outcome,
  });
