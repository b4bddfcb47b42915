import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { type EventKey, readShardKeys } from '#kit/event-store/by-type.ts';
import { isSameDigest, noIds, withIds } from '#kit/operations/id-digest.ts';
import { createRateLimiter, type RateLimiter } from '#kit/operations/rate-limiter.ts';
import type { Next } from '#kit/steps/checkpoint.ts';
import { runStep } from '#kit/steps/run-step.ts';
import { checkDelivery, type Finding } from './check-delivery.ts';
import { keyOf, type LaneCheckpoint, type LaneStep, readLane, readStep, sendLaneSteps } from './lane.ts';
import { redeliver } from './redeliver.ts';
import { expiryOf } from './windows.ts';

/** A step begins nothing new after this; far less than the function's timeout. */
const STEP_MS = 8_000;

const PAGE_SIZE = 100;

/** Keys that comparing reads at once: most of a megabyte. */
const COMPARED_AT_ONCE = 5_000;

/** Messages a second of one lane. On prod 50 lanes are at work at most: what a thousand orders a second lack goes out in an hour or two. */
const LANE_REDELIVERIES_PER_SECOND = 20;

/** Then the step looks at the time: each of them may be a message for each consumer. */
const REDELIVERED_AT_ONCE = 10;

/** Of one lane; and the first one of each consumer besides. */
const MAX_FINDINGS = 20;

type Lane = Next<LaneCheckpoint>;

interface Done {
  lane: Lane;
  streams: Set<string>;
  redelivered: number;
}

/**
 * Does one step of a lane, and sends the next one: see `runStep`. What it redelivers goes to those who lack it, and to nobody
 * else. Done twice, it redelivers twice what was missing, which consumers take. AWS calls: one get, those of `runStep`;
 * for each 100 events a query and those of `checkDelivery`; where it only compares, a query for each 5,000.
 */
export async function runLaneStep(runtime: Runtime, given: unknown, receiveCount: number): Promise<void> {
  const step = readStep(given);
  let done: Done | undefined;
  const next = await runStep<LaneCheckpoint>(runtime, {
    key: keyOf(step),
    number: step.number,
    receiveCount,
    checkpoint: await readLane(runtime, step),
    expiresAt: expiryOf(runtime),
    async work(checkpoint) {
      done = await workOn(runtime, checkpoint);
      return done.lane;
    },
    sendNext: () => sendLaneSteps(runtime, [{ ...step, number: step.number + 1 }]),
    log: (outcome) => log(runtime, step, outcome),
  });
  if (!next || !done) return;
  runtime.metrics.count('StreamsAudited', done.streams.size);
  runtime.metrics.count('EventsRedelivered', done.redelivered);
}

async function workOn(runtime: Runtime, checkpoint: LaneCheckpoint): Promise<Done> {
  const deadline = runtime.now() + STEP_MS;
  const { step: _, movedAt: __, lastError: ___, ...lane } = checkpoint;
  const done: Done = { lane: { ...lane, findings: [...lane.findings] }, streams: new Set(), redelivered: 0 };
  if (lane.phase === 'comparing') await compare(runtime, done, deadline);
  if (done.lane.phase === 'checking') await check(runtime, done, deadline);
  return done;
}

/** Reads all keys. Ends the lane where they are what had arrived; else begins to check. */
async function compare(runtime: Runtime, { lane, streams }: Done, deadline: number): Promise<void> {
  do {
    const page = await readShardKeys(runtime, { ...lane, limit: COMPARED_AT_ONCE });
    for (const { streamId } of page.keys) streams.add(streamId);
    lane.arrived = withIds(lane.arrived, idsOf(page.keys));
    lane.after = page.next;
    if (page.next !== undefined) continue;
    if (lane.expected && isSameDigest(lane.arrived, lane.expected)) {
      lane.events = lane.arrived.count;
      lane.ended = true;
      return;
    }
    lane.phase = 'checking';
    lane.arrived = noIds;
    return;
  } while (runtime.now() < deadline);
}

async function check(runtime: Runtime, done: Done, deadline: number): Promise<void> {
  const { lane, streams } = done;
  const rateLimiter = createRateLimiter(runtime, LANE_REDELIVERIES_PER_SECOND);
  while (runtime.now() < deadline) {
    const { keys, next } = await readShardKeys(runtime, { ...lane, limit: PAGE_SIZE });
    const found = (await checkDelivery(runtime, lane.eventType, keys)).sort(byId);
    const until = await redeliverUntil(runtime, done, found, { rateLimiter, deadline });
    const isDone = ({ eventId }: EventKey) => until === undefined || eventId <= until;
    const checked = keys.filter(isDone);
    const behind = found.filter(isDone);
    const missing = new Set(idsOf(behind));
    lane.arrived = withIds(
      lane.arrived,
      idsOf(checked).filter((id) => !missing.has(id)),
    );
    lane.events += checked.length;
    lane.behind += behind.length;
    lane.findings = keptOf([...lane.findings, ...behind]);
    for (const { streamId } of checked) streams.add(streamId);
    lane.after = until ?? next;
    lane.ended = lane.after === undefined;
    if (lane.ended) return;
  }
}

/** Answers the `eventId` of the last one that went out, where it was too late for more. */
async function redeliverUntil(
  runtime: Runtime,
  done: Done,
  found: readonly Finding[],
  { rateLimiter, deadline }: { rateLimiter: RateLimiter; deadline: number },
): Promise<string | undefined> {
  const chunks = chunksOf(found, REDELIVERED_AT_ONCE);
  for (const [index, some] of chunks.entries()) {
    done.redelivered += (await redeliver(runtime, some, rateLimiter)).sent;
    if (index < chunks.length - 1 && runtime.now() >= deadline) return some.at(-1)?.eventId;
  }
  return undefined;
}

function keptOf(found: readonly Finding[]): Finding[] {
  const named = new Set<string>();
  return found.filter(({ missingAt }, index) => {
    const isFirst = missingAt.some(({ consumer }) => !named.has(consumer));
    for (const { consumer } of missingAt) named.add(consumer);
    return index < MAX_FINDINGS || isFirst;
  });
}

const idsOf = (keys: readonly EventKey[]): string[] => keys.map(({ eventId }) => eventId);

const byId = (one: EventKey, other: EventKey): number => (one.eventId < other.eventId ? -1 : 1);

const log = (runtime: Runtime, step: LaneStep, outcome: string): void =>
  runtime.logger.info(`audit: step ${step.number} of ${step.lane} ${outcome}`, { ...step, outcome });
