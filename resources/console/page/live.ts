import { signal } from '@preact/signals';
import type { FaultState, Hop, Live, QueueNumbers } from '../protocol.ts';

/** Events that the list keeps. */
const MOST_ROWS = 20_000;
/** The list and the numbers are drawn again so often at most; what moves in the graph is drawn with each frame. */
const DRAW_EVERY_MS = 150;
const RATE_WINDOW_MS = 5_000;

export interface Outcome {
  state: 'handled' | 'failed' | 'dead';
  at: number;
  lag?: number;
  receiveCount?: number;
  error?: string;
}

export interface EventRow {
  key: string;
  type: string;
  stream: string;
  version: number;
  correlationId: string;
  at: number;
  by: string;
  publishedAt?: number;
  outcomes: Map<string, Outcome>;
  hasFailed: boolean;
}

export interface ConsumerActivity {
  /** Times of the last invocations' messages, for the rate. */
  recent: number[];
  lag?: number;
  lastFailure?: { at: number; error: string };
}

/** The newest last. */
export const rows: EventRow[] = [];
const byKey = new Map<string, EventRow>();

export const activity = new Map<string, ConsumerActivity>();
export const members = new Map<string, number>();

/** Grows when rows or activity have changed, and it is time to draw them. */
export const drawn = signal(0);
export const queues = signal<Record<string, QueueNumbers>>({});
export const faults = signal<FaultState | null>(null);
export const trouble = signal('');
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
/** Events appended in all, and those of the last seconds. */
export const total = signal(0);
const appended: number[] = [];

let newest = 0;
let drawTimer = 0;
const listeners = new Set<(hop: Hop) => void>();

/** Calls back with each hop that happens now, not with those of the snapshot. */
export function onHop(listener: (hop: Hop) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function connect(): void {
  const source = new EventSource('/console/api/live');
  source.onopen = () => {
    connection.value = 'live';
  };
  source.onerror = () => {
    connection.value = 'lost';
  };
  source.onmessage = ({ data }) => take(JSON.parse(data) as Live);
}

function take(live: Live): void {
  if (live.queues) {
    queues.value = live.queues;
    trouble.value = '';
  }
  if (live.faults) faults.value = live.faults;
  if (live.trouble) trouble.value = live.trouble;
  if (!live.hops || live.hops.length === 0) return;
  // The server has begun anew.
  if ((live.hops.at(-1)?.n ?? 0) < newest - 60_000) newest = 0;
  const now = Date.now();
  for (const hop of live.hops) {
    if (hop.n <= newest) continue;
    newest = hop.n;
    takeHop(hop);
    if (now - hop.t < 4_000) for (const listener of listeners) listener(hop);
  }
  if (drawTimer === 0) drawTimer = window.setTimeout(draw, DRAW_EVERY_MS);
}

function draw(): void {
  drawTimer = 0;
  trim();
  drawn.value++;
}

function takeHop(hop: Hop): void {
  members.set(hop.f, hop.t);
  if (hop.h === 'http' || hop.e === undefined) return;
  // A poison message has no place in a stream: each is a row of its own.
  const key = hop.s ? `${hop.s}@${hop.v}` : `poison ${hop.k}`;
  let row = byKey.get(key);
  if (!row) {
    row = {
      key,
      type: hop.e,
      stream: hop.s ?? '',
      version: hop.v ?? 0,
      correlationId: hop.k ?? '',
      at: hop.t,
      by: hop.h === 'command' ? hop.f : '',
      outcomes: new Map(),
      hasFailed: false,
    };
    byKey.set(key, row);
    rows.push(row);
  }
  if (hop.h === 'command') {
    row.by = hop.f;
    row.at = hop.t;
    total.value++;
    appended.push(hop.t);
  }
  if (hop.h === 'publish') row.publishedAt ??= hop.t;
  const state = stateOf(hop);
  if (!state || !hop.c) return;
  row.outcomes.set(hop.c, {
    state,
    at: hop.t,
    ...(hop.l !== undefined && { lag: hop.l }),
    ...(hop.r !== undefined && { receiveCount: hop.r }),
    ...(hop.x && { error: hop.x }),
  });
  row.hasFailed = [...row.outcomes.values()].some((outcome) => outcome.state !== 'handled');
  const of = activity.get(hop.c) ?? { recent: [] };
  activity.set(hop.c, of);
  of.recent.push(hop.t);
  if (hop.l !== undefined) of.lag = hop.l;
  if (state !== 'handled') of.lastFailure = { at: hop.t, error: hop.x ?? '' };
}

function stateOf({ h, m }: Hop): Outcome['state'] | undefined {
  if (h === 'dead-letter') return 'dead';
  if (h !== 'consumer') return undefined;
  return m === 'handled' ? 'handled' : 'failed';
}

function trim(): void {
  if (rows.length > MOST_ROWS * 1.05) {
    for (const { key } of rows.splice(0, rows.length - MOST_ROWS)) byKey.delete(key);
  }
  const oldest = Date.now() - RATE_WINDOW_MS;
  for (const { recent } of activity.values()) removeBefore(recent, oldest);
  removeBefore(appended, oldest);
}

function removeBefore(times: number[], oldest: number): void {
  let count = 0;
  while (count < times.length && (times[count] ?? 0) < oldest) count++;
  if (count > 0) times.splice(0, count);
}

/** Messages a second that a consumer has had lately. */
export const rateOf = (consumer: string): number =>
  (activity.get(consumer)?.recent.length ?? 0) / (RATE_WINDOW_MS / 1_000);

export const eventRate = (): number => appended.length / (RATE_WINDOW_MS / 1_000);
