import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import type { EventKey } from '#kit/event-store/by-type.ts';
import { type IdDigest, isSameDigest, noIds, withIds } from '#kit/operations/id-digest.ts';
import { checkDelivery, type Finding } from './check-delivery.ts';
import { auditedTypes } from './delivery-checks.ts';
import type { LaneCheckpoint } from './lane.ts';
import { laneName, partsFor } from './lane-span.ts';
import { advanceLanes } from './lanes.ts';
import { readType } from './read-type.ts';
import type { OpenWindow, Pass, Progress } from './state.ts';
import {
  type AuditedWindow,
  nextWindow,
  noteAuditedWindow,
  readAuditedWindow,
  type Window,
} from './windows.ts';

const PAGE_SIZE = 100;

/** Events of one type that a run checks by itself; where a window has more, lanes do. */
const INLINE_EVENTS = 1_000;

/** Of all types together; then only what is one page. */
const INLINE_EVENTS_OF_A_RUN = 5_000;

/** What a pass needs of the run that it is part of. */
export interface PassContext {
  runtime: Runtime;
  pass: Pass;
  /** ms since 1970: begins nothing new after it. */
  deadline: number;
  /** In place of INLINE_EVENTS. */
  inline: number | undefined;
  progress(): Progress;
  /** Says how far the pass is; nothing is written. */
  move(progress: Progress): void;
  save(): Promise<void>;
  /** Is told what was checked. */
  count(events: number, streamIds: readonly string[]): void;
  /** Redelivers what was found and was not known before; saves where there was any. */
  found(findings: readonly Finding[]): Promise<void>;
  /** Is told what lanes have found and redelivered. */
  foundByLane(lane: LaneCheckpoint): void;
}

/** The windows of one pass, one after the other; see `auditOnSchedule`. */
export class PassRun {
  readonly #context: PassContext;
  #inlineLeft = INLINE_EVENTS_OF_A_RUN;

  constructor(context: PassContext) {
    this.#context = context;
  }

  /**
   * Checks all windows up to `end`, as long as the run may take; at least a page. A window that lanes are at work on is where
   * it ends: the next run goes on when they have ended.
   */
  async walk(end: number): Promise<void> {
    const { runtime, pass, deadline } = this.#context;
    while (true) {
      const { auditedTo: from, open } = this.#context.progress();
      if (!open && from >= end) return;
      const noted = pass === 'second' ? await readAuditedWindow(runtime, from) : undefined;
      const known = noted?.from === from && noted.to === (open?.to ?? noted.to) ? noted : undefined;
      // As the first pass cut it, once all of it is old enough.
      if (!open && known && known.to > end) return;
      const limit = noted && !known ? Math.min(end, noted.from) : end;
      const window = open ? { from, to: open.to } : (known ?? nextWindow(from, limit));
      if (!window) return;
      if (!(await this.#readTypes(window, known))) return;
      if (!(await this.#finish(window, known))) return;
      if (runtime.now() >= deadline) return;
    }
  }

  /** Answers whether all types have been read, or are left to lanes. */
  async #readTypes(window: Window, known: AuditedWindow | undefined): Promise<boolean> {
    const { runtime, deadline } = this.#context;
    const { open } = this.#context.progress();
    if (open && !open.place) return true;
    // A type that is no longer audited: from the begin, what was done is done again.
    const first = Math.max(0, auditedTypes.indexOf(open?.place?.eventType ?? ''));
    for (const eventType of auditedTypes.slice(first)) {
      if (!(await this.#readType(eventType, window, known))) return false;
      const next = auditedTypes[auditedTypes.indexOf(eventType) + 1];
      const { place: _, ...done } = this.#openAt(window);
      this.#move(window, next === undefined ? done : { ...done, place: { eventType: next } });
      if (next !== undefined && runtime.now() >= deadline) return false;
    }
    return true;
  }

  async #readType(eventType: string, window: Window, known: AuditedWindow | undefined): Promise<boolean> {
    const { runtime, inline } = this.#context;
    const parts = known?.divided[eventType];
    if (parts !== undefined) return this.#divide(eventType, window, parts);
    const atMost = inline ?? Math.max(PAGE_SIZE, Math.min(INLINE_EVENTS, this.#inlineLeft));
    const read = await readType(runtime, eventType, window, atMost);
    if ('about' in read) return this.#divide(eventType, window, partsFor(read.about));
    this.#inlineLeft -= read.keys.length;
    const ids = read.keys.map(({ eventId }) => eventId);
    const expected = known && (known.spans[eventType] ?? noIds);
    if (expected && isSameDigest(expected, withIds(noIds, ids))) {
      this.#context.count(
        ids.length,
        read.keys.map(({ streamId }) => streamId),
      );
      return true;
    }
    return this.#check(eventType, window, read.keys);
  }

  #divide(eventType: string, window: Window, parts: number): true {
    const open = this.#openAt(window);
    this.#move(window, { ...open, divided: { ...open.divided, [eventType]: parts } });
    return true;
  }

  async #check(eventType: string, window: Window, all: readonly EventKey[]): Promise<boolean> {
    const { runtime, deadline } = this.#context;
    const { place } = this.#openAt(window);
    const { after = '', arrived: before = noIds } = place?.eventType === eventType ? place : {};
    let arrived: IdDigest = before;
    const chunks = chunksOf(
      all.filter(({ eventId }) => eventId > after),
      PAGE_SIZE,
    );
    for (const [index, keys] of chunks.entries()) {
      const findings = await checkDelivery(runtime, eventType, keys);
      const missing = new Set(findings.map(({ eventId }) => eventId));
      const ids = keys.map(({ eventId }) => eventId);
      arrived = withIds(
        arrived,
        ids.filter((id) => !missing.has(id)),
      );
      this.#context.count(
        keys.length,
        keys.map(({ streamId }) => streamId),
      );
      const last = ids.at(-1) ?? after;
      this.#move(window, { ...this.#openAt(window), place: { eventType, after: last, arrived } });
      await this.#context.found(findings);
      if (index < chunks.length - 1 && runtime.now() >= deadline) return false;
    }
    const open = this.#openAt(window);
    if (arrived.count > 0) this.#move(window, { ...open, spans: { ...open.spans, [eventType]: arrived } });
    return true;
  }

  /** Answers whether the window is done with. */
  async #finish(window: Window, known: AuditedWindow | undefined): Promise<boolean> {
    const { runtime, pass } = this.#context;
    const { spans = {}, divided = {} } = this.#openAt(window);
    const noted: AuditedWindow = { ...window, spans, divided, lanes: {} };
    if (Object.keys(divided).length > 0) {
      // What the lanes are cut by must not change any more.
      await this.#context.save();
      const lanes = await advanceLanes(runtime, { pass, window, divided, known });
      if (!lanes) return false;
      for (const lane of lanes) {
        if (lane.arrived.count > 0) noted.lanes[laneName(lane)] = lane.arrived;
        this.#context.count(lane.events, []);
        this.#context.foundByLane(lane);
      }
    }
    const isEmpty = [spans, noted.lanes].every((some) => Object.keys(some).length === 0);
    if (pass === 'first' && !isEmpty) await noteAuditedWindow(runtime, noted);
    this.#context.move({ auditedTo: window.to });
    return true;
  }

  #openAt({ to }: Window): OpenWindow {
    return this.#context.progress().open ?? { to };
  }

  #move({ from }: Window, open: OpenWindow): void {
    this.#context.move({ auditedTo: from, open });
  }
}
