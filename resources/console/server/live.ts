import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hop, Live } from '../protocol.ts';
import type { Journal } from './journal.ts';
import type { Source } from './source.ts';

/** Hops are sent in parcels, so that a burst costs the page one message for many. */
const PARCEL_MS = 100;
/** Of a burst a page is sent so many at most at once; what is left follows with the next parcel. */
const LARGEST_PARCEL = 2_000;
/** What was before the page came. */
const SNAPSHOT = 40_000;

/** A page that reads slower than this is ended: its browser connects again, and begins with a snapshot. */
const MOST_UNSENT_BYTES = 16 * 1024 * 1024;

export interface LiveFeed {
  connect(request: IncomingMessage, response: ServerResponse): void;
  send(message: Live): void;
  stop(): void;
}

/** Sends every connected page what happens (server-sent events), and looks at the queues as long as there is one. */
export function createLiveFeed(journal: Journal, source: Source, queuesEveryMs: number): LiveFeed {
  const pages = new Set<ServerResponse>();
  let waiting: Hop[] = [];
  let timer: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  let trouble: string | undefined;

  const endListening = journal.listen((hop) => {
    if (pages.size === 0) return;
    waiting.push(hop);
    timer ??= setTimeout(sendParcel, PARCEL_MS);
  });
  source.faults?.onChange((faults) => send({ faults }));

  function sendParcel(): void {
    const parcel = waiting.slice(0, LARGEST_PARCEL);
    waiting = waiting.slice(LARGEST_PARCEL);
    timer = waiting.length > 0 ? setTimeout(sendParcel, PARCEL_MS) : undefined;
    if (parcel.length > 0) send({ hops: parcel });
  }

  function send(message: Live): void {
    const text = `data: ${JSON.stringify(message)}\n\n`;
    for (const page of pages) {
      if (page.writableLength > MOST_UNSENT_BYTES) page.destroy();
      else page.write(text);
    }
  }

  async function look(): Promise<void> {
    try {
      const queues = await source.queueNumbers();
      trouble = undefined;
      send({ queues });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== trouble) send({ trouble: message });
      trouble = message;
    }
    looking = pages.size > 0 ? setTimeout(look, queuesEveryMs) : undefined;
  }

  return {
    connect(request, response) {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      response.write(`retry: 1000\ndata: ${JSON.stringify({ hops: [] } satisfies Live)}\n\n`);
      const snapshot = journal.latest(SNAPSHOT);
      for (let from = 0; from < snapshot.length; from += LARGEST_PARCEL) {
        response.write(
          `data: ${JSON.stringify({ hops: snapshot.slice(from, from + LARGEST_PARCEL) } satisfies Live)}\n\n`,
        );
      }
      if (source.faults)
        response.write(`data: ${JSON.stringify({ faults: source.faults.state() } satisfies Live)}\n\n`);
      if (trouble) response.write(`data: ${JSON.stringify({ trouble } satisfies Live)}\n\n`);
      // What the snapshot holds already is not sent twice: the page goes by its number.
      pages.add(response);
      request.on('close', () => pages.delete(response));
      looking ??= setTimeout(look, 0);
    },
    send,
    stop() {
      endListening();
      clearTimeout(timer);
      clearTimeout(looking);
      for (const page of pages) page.end();
      pages.clear();
    },
  };
}
