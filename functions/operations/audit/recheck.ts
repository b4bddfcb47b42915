import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { checkDelivery, type Finding } from './check-delivery.ts';
import type { EventPlace } from './input.ts';

const PATIENCE_MS = 10_000;
const PAUSE_MS = 500;
const PAGE_SIZE = 100;

export interface Rechecked {
  /** Of the events asked for, those that have still not arrived. */
  behind: Finding[];
}

/** Looks at these events until they have arrived, ten seconds or so. Sends nothing. */
export async function recheck(runtime: Runtime, events: readonly EventPlace[]): Promise<Rechecked> {
  const deadline = runtime.now() + PATIENCE_MS;
  let behind = await stillUndelivered(runtime, events);
  while (behind.length > 0 && runtime.now() < deadline) {
    await runtime.sleep(PAUSE_MS);
    behind = await stillUndelivered(runtime, behind);
  }
  return { behind };
}

/** Which of these, of whatever types, have not arrived. */
export async function stillUndelivered(runtime: Runtime, events: readonly EventPlace[]): Promise<Finding[]> {
  const byType = new Map<string, EventPlace[]>();
  for (const event of events) byType.set(event.eventType, [...(byType.get(event.eventType) ?? []), event]);
  const behind: Finding[] = [];
  for (const [eventType, ofType] of byType) {
    for (const keys of chunksOf(ofType, PAGE_SIZE))
      behind.push(...(await checkDelivery(runtime, eventType, keys)));
  }
  return behind;
}
