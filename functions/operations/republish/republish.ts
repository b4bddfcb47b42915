import { chunksOf } from '#kit/aws/chunks.ts';
import type { Runtime } from '#kit/config/runtime.ts';
import { timeOf } from '#kit/events/ids.ts';
import { REPEATABLE_MS } from '#kit/messaging/repeatable.ts';
import { publishAll } from '#kit/operations/publish-all.ts';
import { createRateLimiter } from '#kit/operations/rate-limiter.ts';
import { type Page, pagesOfStream, pagesOfWindows } from './event-pages.ts';
import { type ContinuationToken, checkRequest, type Request } from './input.ts';
import { acknowledgeFailures, readFailures } from './publisher-failures.ts';

const BUDGET_MS = 10_000;
/** What one BatchGetItem brings. */
const PAGE_SIZE = 100;

export interface Republished {
  dryRun: boolean;
  /** Events of this chunk that the topic has now; in a dry run, that it would get. */
  published: number;
  /** Events (`eventId`) of this chunk that no repetition can publish; see the log for why. */
  refused?: string[];
  /** Left out since consumers that count or notify would do them twice; `old: true` takes them in. */
  tooOld: number;
  /** How far the whole is, 0–1. */
  progress: number;
  /** With `publisherFailures`: batches found (first chunk), acknowledged (last one), and messages that tell of none. */
  publisherFailures?: { batches?: number; unreadable?: number; acknowledged?: number };
  /** Present where there is more to do: invoke again with it. */
  continuationToken?: ContinuationToken;
}

/**
 * Puts events of the table on the topic again, as they were stored: of a stream, of a time, or of all batches that
 * the publisher gave up on. Every consumer whose filter takes them gets them; who had them skips them, as long as
 * it remembers: events older than 29 days are left out unless asked for.
 * Publisher failures are found by the time of their batches, in all types that this code knows, since the stream
 * keeps its records for 24 hours only; they are acknowledged when everything is published, not before, and not where
 * events were too old. An event that is refused does not keep its batch: no repetition publishes it, as the publisher itself
 * passes over it. The answer names it.
 * Works for ten seconds or so and answers how to go on. Throws InvalidOperation; NotPublished after five tries.
 */
export async function republish(runtime: Runtime, given: unknown): Promise<Republished> {
  const request = checkRequest(runtime.application.registry, given);
  const { dryRun, rate } = request;
  const startedAt = request.continuationToken?.startedAt ?? runtime.now();
  const found = await begin(runtime, request);
  const { tooOld: before = 0, ...from } = found.place;
  const place: ContinuationToken = { ...from, startedAt };

  const rateLimiter = createRateLimiter(runtime, rate);
  const deadline = runtime.now() + BUDGET_MS;
  let published = 0;
  const refused = new Set<string>();
  let tooOld = 0;
  const answer = (
    progress: number,
    more: Pick<Republished, 'publisherFailures' | 'continuationToken'> = {},
  ): Republished => ({
    dryRun,
    published: published - refused.size,
    ...(refused.size > 0 && { refused: [...refused] }),
    tooOld,
    progress,
    ...found.report,
    ...more,
  });
  for await (const { events: all, next, progress } of pagesOf(runtime, request, place)) {
    const events = request.old
      ? all
      : all.filter(({ eventId }) => timeOf(eventId) >= startedAt - REPEATABLE_MS);
    tooOld += all.length - events.length;
    for (const chunk of chunksOf(events, rate ?? PAGE_SIZE)) {
      if (!dryRun) for (const id of await publishAll(runtime, chunk, rateLimiter)) refused.add(id);
    }
    published += events.length;
    if (next && runtime.now() >= deadline) {
      const { windows } = place;
      const leftOut = before + tooOld;
      const continuationToken = {
        ...(windows && { windows }),
        ...next,
        ...(leftOut > 0 && { tooOld: leftOut }),
        startedAt,
      };
      return answer(progress, { continuationToken });
    }
  }
  runtime.logger.info('republished', { what: request.what, dryRun, published: published - refused.size });
  if (request.what.kind !== 'publisher-failures' || dryRun || before + tooOld > 0) return answer(1);
  const acknowledged = await acknowledgeFailures(runtime, place.windows ?? [], startedAt);
  return answer(1, { publisherFailures: { ...found.report.publisherFailures, acknowledged } });
}

/** Where this chunk starts, and what the first one has to tell. */
async function begin(
  runtime: Runtime,
  { what, continuationToken }: Request,
): Promise<{ place: Omit<ContinuationToken, 'startedAt'>; report: Pick<Republished, 'publisherFailures'> }> {
  if (continuationToken) return { place: continuationToken, report: {} };
  if (what.kind === 'stream') return { place: {}, report: {} };
  if (what.kind === 'range') return { place: { windows: [what.window] }, report: {} };
  const { windows, batches, unreadable } = await readFailures(runtime);
  return { place: { windows }, report: { publisherFailures: { batches, unreadable } } };
}

function pagesOf(
  runtime: Runtime,
  { what, types, rate }: Request,
  place: ContinuationToken,
): AsyncIterable<Page> {
  // A page is published within five seconds: the function stops between pages only.
  const size = Math.min(PAGE_SIZE, 5 * (rate ?? PAGE_SIZE));
  return what.kind === 'stream'
    ? pagesOfStream(runtime, what.streamId, place, size)
    : pagesOfWindows(runtime, types, place, size);
}
