import { BY_TYPE_SHARDS } from '#kit/event-store/event-item.ts';
import type { Window } from './windows.ts';

/** What one lane checks: the events of a type, in one shard of the index, of a part of a window. */
export interface LaneSpan extends Window {
  eventType: string;
  shard: number;
  part: number;
}

/** `OrderCreated#3#012`: its key within its window. */
export const laneName = ({ eventType, shard, part }: Omit<LaneSpan, 'from' | 'to'>): string =>
  `${eventType}#${shard}#${String(part).padStart(3, '0')}`;

/** The lanes of a type whose part of a window is divided into so many parts of the same length. Pure. */
export function lanesOf({ from, to }: Window, eventType: string, parts: number): LaneSpan[] {
  const edge = (part: number) => from + Math.round(((to - from) * part) / parts);
  return Array.from({ length: parts * BY_TYPE_SHARDS }, (_, index) => {
    const part = Math.floor(index / BY_TYPE_SHARDS);
    return { eventType, shard: index % BY_TYPE_SHARDS, part, from: edge(part), to: edge(part + 1) };
  });
}

/** A lane should have about so many events: it works on them for half a minute or so. */
const EVENTS_PER_LANE = 5_000;
const MAX_PARTS = 64;

/** Parts for so many events; more than 64 are not made, the lanes are longer then. Pure. */
export const partsFor = (events: number): number =>
  Math.min(MAX_PARTS, Math.max(1, Math.ceil(events / (BY_TYPE_SHARDS * EVENTS_PER_LANE))));
