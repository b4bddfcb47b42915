import type { StoredEvent } from '#kit/events/event.ts';

/** ms from when the event was decided until `now`; undefined where it does not say when. Clocks differ: never below 0. */
export function lagOf({ metadata }: StoredEvent, now: number): number | undefined {
  const lag = now - Date.parse(metadata?.timestamp);
  return Number.isNaN(lag) ? undefined : Math.max(0, lag);
}
